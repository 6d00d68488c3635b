import { type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { loadConfig } from '../config/loadConfig.js';
import { parsePublicKey } from '../custody/chainSigner.js';
import type { PinnedKeys } from '../custody/signatureWalk.js';
import { verify } from '../custody/verify.js';
import type { ChainKey, VerifyReport } from '../custody/verifyReport.js';
import type { VerifyFacts } from '../custody/verifyFacts.js';
import { Failure } from '../domain/failure.js';
import type { ObjectStore } from '../objects/objectStore.js';
import { type ObjectsSettings, openObjects } from '../temporal/openObjects.js';
import { openExistingWarehouse, type WarehouseSettings } from '../temporal/openWarehouse.js';
import { createStatusLine } from './statusLine.js';
import { whenWarehouseFree } from './whenWarehouseFree.js';

/** Between tries while a worker holds the warehouse: each is told in a line of its own. */
const TRY_AGAIN_MS = 2000;

/** How often the line that tells how far it is changes: a million objects are not a million lines. */
const SHOWN_EVERY_MS = 200;

/** What somebody outside the chain knows of it. */
export interface KnownOfChain {
  readonly head?: string | undefined;
  readonly pinned?: PinnedKeys;
}

/** Verifies objects against a warehouse, waiting a little where a worker holds it. */
export async function verifyStores(
  stores: ObjectsSettings & WarehouseSettings,
  known: KnownOfChain = {},
): Promise<VerifyReport> {
  // Without a warehouse the objects alone are verified.
  const warehouse = await openExistingWarehouse(stores, 'verify');
  try {
    return await whenWarehouseFree(
      () => verifyShowing(openObjects(stores, { readOnly: true }), warehouse, known),
      (waiting) => process.stderr.write(`${waiting}\n`),
      TRY_AGAIN_MS,
    );
  } finally {
    await warehouse?.release();
  }
}

/**
 * Verifies a copy of the objects alone: a directory, `file:PATH` or `s3://…`. Needs neither configuration, warehouse nor network
 * (but for `s3://`, whose keys come from the environment).
 *
 * @throws Failure `InvalidInput` when there is no chain at that place: it is hardly the place that was meant.
 */
export async function verifyCopy(
  place: string,
  env: NodeJS.ProcessEnv,
  known: KnownOfChain = {},
): Promise<VerifyReport> {
  const url = /^(file:|s3:\/\/)/.test(place) ? place : `file:${place}`;
  const keys = Object.entries(env).filter(([name]) => name.startsWith('AWS_'));
  const config = loadConfig({ ...Object.fromEntries(keys), OBJECTS_URL: url }, process.cwd());
  const store = openObjects(config, { readOnly: true });
  const report = await verifyShowing(store, null, known);
  if (report.objects > 0 || !report.ok) return report;
  throw new Failure(
    'InvalidInput',
    `--objects: there is no chain in ${store.location}; it has the folders chain, seals and landings`,
  );
}

async function verifyShowing(
  store: ObjectStore,
  facts: VerifyFacts | null,
  { head, pinned }: KnownOfChain,
): Promise<VerifyReport> {
  const status = createStatusLine();
  let shownAt = 0;
  const onProgress = ({ objects, bytes }: { objects: number; bytes: number }): void => {
    const now = performance.now();
    if (now - shownAt < SHOWN_EVERY_MS) return;
    shownAt = now;
    status.show(`verified ${objects} objects, ${(bytes / 1e6).toFixed(1)} MB`);
  };
  try {
    return await verify({
      store,
      facts,
      ...(head === undefined ? {} : { expectedHead: head }),
      ...(pinned === undefined ? {} : { pinned }),
      onProgress,
    });
  } finally {
    status.end();
  }
}

/**
 * Keys that an auditor knows.
 *
 * @throws Failure `InvalidInput` when the file is no Ed25519 public key, or the id is none.
 */
export function pinnedKeys({ publicKey, keyId }: { publicKey?: string; keyId?: string }): PinnedKeys {
  if (keyId !== undefined && !/^[0-9a-f]{32}$/.test(keyId))
    throw new Failure(
      'InvalidInput',
      `--key-id: ${JSON.stringify(keyId)} is not 32 hex digits; see "rosterline keys list"`,
    );
  return {
    keyIds: keyId === undefined ? [] : [keyId],
    publicKeys: publicKey === undefined ? [] : [publicKeyIn(publicKey)],
  };
}

function publicKeyIn(file: string): KeyObject {
  let pem: string;
  try {
    pem = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Failure('InvalidInput', `--public-key: ${file} cannot be read`, {}, { cause: error });
  }
  const key = parsePublicKey(pem);
  if (key !== null) return key;
  throw new Failure('InvalidInput', `--public-key: ${file} is no Ed25519 public key in PEM (openssl pkey -pubout)`);
}

/** A report in a few lines, the broken things first. */
export function describeReport(report: VerifyReport): string[] {
  const lines = report.broken.map(
    ({ kind, windowId, object, expected, actual }) =>
      `${kind}: ${object}${windowId === null ? '' : ` of ${windowId}`} (expected ${expected ?? 'nothing'}, found ${actual ?? 'nothing'})`,
  );
  lines.push(
    `${report.ok ? 'verified' : 'NOT verified'}: ${report.windows} windows, ${report.rounds > 0 ? `${report.rounds} rounds, ` : ''}${report.objects} objects, ${(report.bytes / 1e6).toFixed(1)} MB`,
  );
  if (report.purged > 0) lines.push(`purged: ${report.purged} seals are gone, as the chain says (rosterline purge)`);
  if (report.keys.length > 0)
    lines.push(`signed: ${report.signatures} entries, by ${report.keys.map(describeKey).join(', ')}`);
  if (report.differences.count > 0)
    lines.push(`${report.differences.count} rows differ from Genesys's published adherence formula by over 0.1 point`);
  return lines;
}

function describeKey({ keyId, from, endorsed }: ChainKey, index: number): string {
  const unvouched = index > 0 && !endorsed ? ' (the key before did not vouch for it)' : '';
  return `${keyId} from entry ${from}${unvouched}`;
}
