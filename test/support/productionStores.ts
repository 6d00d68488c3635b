import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeSigningKey } from '../../src/custody/chainSigner.js';
import { type ObjectServer, startObjectServer } from './objectServer.js';
import { asSuperuser, postgresServer } from './postgresServer.js';

/** A warehouse in Postgres and objects in a bucket with Object Lock, as production has them, with secrets that exist nowhere else. */
export interface ProductionStores {
  /** Variables by which every command finds them; secrets are in files. */
  readonly settings: Readonly<Record<string, string>>;
  /** What must not show anywhere, by name. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly objectServer: ObjectServer;
  /** Everything of the warehouse's schema as SQL, as `pg_dump` would give it: every column of every table as text. */
  dumpWarehouse(): Promise<string>;
  close(): Promise<void>;
}

/**
 * Makes both: a role that owns its schema alone on the tests' Postgres server, and an S3 server of its own.
 *
 * @param directory for the files of secrets; the caller removes it.
 * @param program path of versitygw.
 */
export async function productionStores(directory: string, program: string): Promise<ProductionStores> {
  const id = randomBytes(6).toString('hex');
  const planted = (what: string): string => `planted-${what}-${randomBytes(9).toString('hex')}`;
  const password = planted('password');
  const keys = { accessKeyId: `planted-id-${id}`, secretAccessKey: planted('s3-secret') };
  const files = join(directory, 'secrets');
  mkdirSync(files, { mode: 0o700 });
  const fileOf = (name: string, content: string): string => {
    const file = join(files, name);
    writeFileSync(file, `${content}\n`, { mode: 0o600 });
    return file;
  };
  const signingKey = join(files, 'signing.pem');
  makeSigningKey(signingKey);

  const postgres = await postgresServer();
  const role = `production_${id}`;
  await asSuperuser(postgres, async (client) => {
    await client.query(`CREATE ROLE ${role} LOGIN PASSWORD '${password}'`);
    await client.query(`CREATE SCHEMA ${role} AUTHORIZATION ${role}`);
  });
  const objectServer = await startObjectServer(program, { keys });
  const { bucket, endpoint, region } = await objectServer.bucket({ prefix: 'wfm' });
  return {
    settings: {
      WAREHOUSE_URL: `postgres://${role}@${postgres.host}:${postgres.port}/${postgres.database}?schema=${role}`,
      WAREHOUSE_PASSWORD_FILE: fileOf('warehouse', password),
      OBJECTS_URL: `s3://${bucket}/wfm?endpoint=${endpoint ?? ''}&region=${region}`,
      AWS_ACCESS_KEY_ID_FILE: fileOf('s3-id', keys.accessKeyId),
      AWS_SECRET_ACCESS_KEY_FILE: fileOf('s3-secret', keys.secretAccessKey),
      ROSTERLINE_SIGNING_KEY_FILE: signingKey,
    },
    secrets: {
      'warehouse password': password,
      'S3 secret key': keys.secretAccessKey,
      'signing key': privatePartOf(signingKey),
    },
    objectServer,
    async dumpWarehouse() {
      return await asSuperuser(postgres, async (client) => {
        const { rows: tables } = await client.query<{ name: string }>(
          "SELECT relname AS name FROM pg_class WHERE relnamespace = $1::regnamespace AND relkind IN ('r', 'p')",
          [role],
        );
        const texts: string[] = [];
        for (const { name } of tables) {
          const { rows } = await client.query<{ row: string }>(`SELECT t::text AS row FROM ${role}."${name}" t`);
          texts.push(`-- ${name}`, ...rows.map(({ row }) => row));
        }
        return texts.join('\n');
      });
    },
    async close() {
      await objectServer.close();
      await asSuperuser(postgres, async (client) => {
        await client.query(`DROP SCHEMA ${role} CASCADE`);
        await client.query(`DROP ROLE ${role}`);
      });
    },
  };
}

/** What of a PEM file is the key and not the form that all keys have. */
function privatePartOf(pem: string): string {
  const [, body = ''] = readFileSync(pem, 'utf8').split('\n');
  return body.slice(-40);
}
