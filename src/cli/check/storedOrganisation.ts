import { existsSync } from 'node:fs';
import { z } from 'zod';
import { openFileStore } from '../../objects/fileStore.js';

const Sealed = z.object({ organisationId: z.string() });

/** The organisation that the newest manifest by name was sealed for; null where nothing was sealed yet. @throws Failure `Blocked`. */
export async function storedOrganisation(directory: string): Promise<string | null> {
  if (!existsSync(directory)) return null;
  const store = openFileStore({ directory, readOnly: true });
  for (const path of (await store.list('seals')).reverse()) {
    const bytes = await store.read(path);
    const seal = bytes === null ? undefined : Sealed.safeParse(jsonOrNull(bytes)).data;
    if (seal !== undefined) return seal.organisationId;
  }
  return null;
}

function jsonOrNull(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown;
  } catch {
    return null;
  }
}
