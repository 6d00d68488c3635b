import type { Config } from '../config/loadConfig.js';
import type { ObjectsConfig } from '../config/storageConfig.js';
import { openSigner } from '../custody/chainSigner.js';
import { heldOnArrival } from '../custody/heldOnArrival.js';
import { signedChain } from '../custody/signedChain.js';
import { openFileStore } from '../objects/fileStore.js';
import type { ObjectStore } from '../objects/objectStore.js';
import { openS3Store } from '../objects/s3Store.js';

/** What opening objects takes of a configuration. */
export type ObjectsSettings = Pick<Config, 'objects' | 'signingKey'>;

/**
 * Opens the objects that the configuration names: a directory or a bucket, with the same paths in both.
 *
 * What is added to the chain is signed by the configured key, and where there is none, a signed chain is not continued. A seal
 * that a legal hold concerns is held as soon as it is written.
 * Everything that reads or writes objects opens them here, so that one place decides where they are.
 *
 * @param options.readOnly touches nothing, and needs no signing key; writing then fails as `Blocked`.
 * @throws Failure `InvalidInput` when a key cannot be read; `Blocked` when the directory cannot be made or, read-only, is not there.
 */
export function openObjects(config: ObjectsSettings, options: { readonly readOnly?: boolean } = {}): ObjectStore {
  const readOnly = options.readOnly ?? false;
  const store = storeOf(config.objects, readOnly);
  if (readOnly) return store;
  const pem = config.signingKey();
  return heldOnArrival(signedChain(store, pem === null ? null : openSigner(pem)));
}

/** The same objects with a chain that is not signed by itself: for putting another key into force. */
export function openUnsignedObjects(config: Pick<Config, 'objects'>): ObjectStore {
  return storeOf(config.objects, false);
}

function storeOf(objects: ObjectsConfig, readOnly: boolean): ObjectStore {
  switch (objects.kind) {
    case 'file':
      return openFileStore({ directory: objects.directory, retentionDays: objects.retentionDays, readOnly });
    case 's3':
      return openS3Store(objects, { readOnly });
  }
}
