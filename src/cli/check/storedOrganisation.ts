import { existsSync } from 'node:fs';
import { z } from 'zod';
import type { Config } from '../../config/loadConfig.js';
import { openObjects } from '../../temporal/openObjects.js';

const Sealed = z.object({ organisationId: z.string() });

/** The organisation that the newest manifest by name was sealed for; null where nothing was sealed yet. @throws Failure `Blocked`. */
export async function storedOrganisation(config: Config): Promise<string | null> {
  const { objects } = config;
  if (objects.kind === 'file' && !existsSync(objects.directory)) return null;
  const store = openObjects(config, { readOnly: true });
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
