import { fork } from 'node:child_process';
import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openSigner } from '../src/custody/chainSigner.js';
import { type Figure, machine, type Report } from './figures.js';
import { writeLandings, writeRounds, writeWindows } from './sealedChains.js';

/** What a process that only verifies found. `idleBytes`: resident before anything was read. */
export interface VerifiedAlone {
  readonly ok: boolean;
  readonly objects: number;
  readonly bytes: number;
  readonly signatures: number;
  readonly seconds: number;
  /** Of all its threads: what it costs, whoever else has the machine. */
  readonly processorSeconds: number;
  readonly idleBytes: number;
  readonly peakBytes: number;
}

/** `seals`: the larger chains; a tenth of it the smaller ones. */
const SIZES = {
  full: { landings: 256, landingBytes: 8e6, seals: 1_000_000 },
  short: { landings: 12, landingBytes: 8e6, seals: 6000 },
} as const;

const MILLION = 1e6;
const SECONDS_A_MILLION_SEALS = 300;

/**
 * What `verify` costs on the file store: landings a second, a million seals in few large entries and in an entry each, signed, and
 * the memory of N and 10 N of them.
 *
 * Seconds are the processor's, of all threads: what one core needs.
 */
export async function verifyBench(
  form: Report['form'],
  directory: string,
  seals: number | undefined,
  say: (line: string) => void,
): Promise<Report> {
  const startedAt = Date.now();
  const size = { ...SIZES[form], ...(seals !== undefined && { seals }) };
  mkdirSync(directory, { recursive: true });
  const root = mkdtempSync(join(directory, 'verify-'));
  try {
    const measure = async (name: string, write: (into: string) => void): Promise<VerifiedAlone> => {
      say(`writing ${name}`);
      const into = join(root, 'objects');
      write(into);
      say(`verifying ${name}`);
      const verified = await verifiedAlone(into);
      // Said at once: to remove a million files takes minutes, and who breaks it off then has the figure.
      say(`verified ${name} in ${verified.processorSeconds.toFixed(1)} s of processor time; removing them`);
      rmSync(into, { recursive: true });
      return verified;
    };
    const { privateKey } = generateKeyPairSync('ed25519');
    const signer = openSigner(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    const few = size.seals / 10;
    const landings = await measure('landings', (into) => writeLandings(into, size.landings, size.landingBytes));
    const windows = await measure(`${few} windows`, (into) => writeWindows(into, few, signer));
    const windows10 = await measure(`${size.seals} windows`, (into) => writeWindows(into, size.seals, signer));
    const rounds = await measure(`${few} rounds`, (into) => writeRounds(into, few, signer));
    const rounds10 = await measure(`${size.seals} rounds`, (into) => writeRounds(into, size.seals, signer));
    return {
      bench: 'verify',
      form,
      about: { 'landings in MB': Math.round(landings.bytes / MILLION), seals: size.seals },
      table: {
        head: ['', 'objects', 'MB', 'signatures', 's', 'processor s', 'MB at rest', 'MB at most'],
        rows: [
          row('landings', landings),
          row('windows', windows),
          row('windows', windows10),
          row('rounds', rounds),
          row('rounds', rounds10),
        ],
        right: [1, 2, 3, 4, 5, 6, 7],
      },
      figures: [
        ...landingFigures(landings),
        perMillion('a million windows in few entries', windows10, size.seals),
        perMillion('a million rounds, an entry and a signature each', rounds10, size.seals),
        ...signatureFigures(rounds10, size.seals),
        grown('windows: memory of ten times as many', windows, windows10),
        grown('rounds: memory of ten times as many', rounds, rounds10),
      ],
      seconds: (Date.now() - startedAt) / 1000,
      machine: machine(),
    };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

async function verifiedAlone(directory: string): Promise<VerifiedAlone> {
  const child = fork(fileURLToPath(new URL('verifyProcess.ts', import.meta.url)), [directory]);
  const found = await Promise.race([
    once(child, 'message').then(([message]) => message as VerifiedAlone),
    once(child, 'exit').then(() => null),
  ]);
  if (!found?.ok)
    throw new Error(found ? 'the chain did not verify' : 'the process that verifies ended without a result');
  return found;
}

function landingFigures({ bytes, processorSeconds }: VerifiedAlone): Figure[] {
  const rate = bytes / MILLION / processorSeconds;
  return [
    { name: 'landings, by one core', value: rate, unit: 'MB/s', must: { atLeast: 150 }, inEveryForm: true },
    {
      name: 'landings against SHA-256 of memory',
      value: rate / hashRate(),
      unit: '×',
      recorded: { as: 'verify landings against SHA-256', better: 'higher' },
    },
  ];
}

/** Seconds of one core for a million of these. */
function perMillion(name: string, { processorSeconds }: VerifiedAlone, seals: number): Figure {
  const value = (processorSeconds * MILLION) / seals;
  return { name, value, unit: 's', must: { atMost: SECONDS_A_MILLION_SEALS } };
}

function signatureFigures({ processorSeconds }: VerifiedAlone, seals: number): Figure[] {
  return [
    {
      name: 'rounds against their Ed25519 alone',
      value: processorSeconds / seals / signatureSeconds(),
      unit: '×',
      recorded: { as: 'verify rounds against Ed25519', better: 'lower' },
    },
  ];
}

function grown(name: string, few: VerifiedAlone, many: VerifiedAlone): Figure {
  const as = `verify ${name}`;
  return {
    name,
    value: many.peakBytes / few.peakBytes,
    unit: '×',
    must: { atMost: 1.5 },
    recorded: { as, better: 'lower' },
  };
}

function row(name: string, found: VerifiedAlone): (string | number)[] {
  const mb = (bytes: number): string => (bytes / MILLION).toFixed(0);
  const { objects, bytes, signatures, seconds, processorSeconds, idleBytes, peakBytes } = found;
  return [
    name,
    objects,
    mb(bytes),
    signatures,
    seconds.toFixed(1),
    processorSeconds.toFixed(1),
    mb(idleBytes),
    mb(peakBytes),
  ];
}

/** What one core hashes, in MB a processor second. */
function hashRate(): number {
  const [bytes, before] = [Buffer.alloc(256e6, 1), process.cpuUsage()];
  createHash('sha256').update(bytes).digest();
  return bytes.byteLength / secondsSince(before) / MILLION;
}

/** Processor seconds of checking one signature. */
function signatureSeconds(): number {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const [bytes, times] = [Buffer.alloc(400, 1), 2000];
  const signature = sign(null, bytes, privateKey);
  const before = process.cpuUsage();
  for (let time = 0; time < times; time++) verify(null, bytes, publicKey, signature);
  return secondsSince(before) / times;
}

function secondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / MILLION;
}
