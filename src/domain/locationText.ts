/** A database of a server, without what opens it. */
export interface PostgresPlace {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly schema: string;
}

/** A prefix of a bucket, without what opens it. */
export interface S3Place {
  readonly bucket: string;
  readonly prefix: string;
  /** Null for AWS's own. */
  readonly endpoint: string | null;
}

/** Where a Postgres warehouse is, for people: never with the user or a password, whatever it is given. */
export function postgresLocation({ host, port, database, schema }: PostgresPlace): string {
  const named = host.includes(':') ? `[${host}]` : host;
  return `postgres://${named}:${port}/${encodeURIComponent(database)}?schema=${encodeURIComponent(schema)}`;
}

/** Where objects in a bucket are, for people: never with a key. */
export function s3Location({ bucket, prefix, endpoint }: S3Place): string {
  const path = `s3://${bucket}${prefix === '' ? '' : `/${prefix}`}`;
  return endpoint === null ? path : `${path} at ${new URL(endpoint).host}`;
}
