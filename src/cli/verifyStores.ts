import { type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parsePublicKey } from '../custody/chainSigner.js';
import type { PinnedKeys } from '../custody/signatureWalk.js';
import { verify } from '../custody/verify.js';
import type { ChainKey, VerifyReport } from '../custody/verifyReport.js';
import { Failure, isFailure } from '../domain/failure.js';
import { type ObjectsSettings, openObjects } from '../temporal/openObjects.js';
import { openExistingWarehouse, type WarehouseSettings } from '../temporal/openWarehouse.js';
import { createStatusLine } from './statusLine.js';

/** How long to wait for a worker to let go of the warehouse: it does so a few seconds after its last load. */
const WAIT_FOR_WAREHOUSE_MS = 15_000;

/** Verifies objects against a warehouse, waiting a little where a worker holds it. */
export async function verifyStores(
  stores: ObjectsSettings & WarehouseSettings,
  known: { readonly head?: string | undefined; readonly pinned?: PinnedKeys } = {},
): Promise<VerifyReport> {
  // Without a warehouse the objects alone are verified.
  const warehouse = openExistingWarehouse(stores, 'verify');
  const status = createStatusLine();
  const giveUpAt = Date.now() + WAIT_FOR_WAREHOUSE_MS;
  try {
    for (;;) {
      try {
        return await verify({
          store: openObjects(stores, { readOnly: true }),
          facts: warehouse,
          ...(known.head === undefined ? {} : { expectedHead: known.head }),
          ...(known.pinned === undefined ? {} : { pinned: known.pinned }),
          onProgress: ({ objects, bytes }) =>
            status.show(`verified ${objects} objects, ${(bytes / 1e6).toFixed(1)} MB`),
        });
      } catch (error) {
        if (!isFailure(error, 'Blocked') || Date.now() > giveUpAt) throw error;
        status.show(`waiting for the warehouse: ${error.message}`);
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }
  } finally {
    status.end();
    await warehouse?.release();
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
