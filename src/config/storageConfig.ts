/** A DuckDB file: the embedded warehouse. */
export interface DuckdbConfig {
  readonly kind: 'duckdb';
  /** Absolute path. */
  readonly path: string;
  /** DuckDB's memory limit, such as `256MB`. */
  readonly memory: string;
}

/** A PostgreSQL database, 15 or newer. */
export interface PostgresConfig {
  readonly kind: 'postgres';
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /**
   * From the environment or a file, never from the settings' file; null where the server asks for none. Read from its file when asked
   * for, with what that throws.
   */
  readonly password: string | null;
  /** `disable` only on loopback or a private network; `require` encrypts; `verify-full` also checks host and authority. */
  readonly tls: 'disable' | 'require' | 'verify-full';
  /** Absolute path of the authorities' certificates in PEM, or null for those that Node knows. */
  readonly tlsCaFile: string | null;
  /** Schema that holds every table of ours. */
  readonly schema: string;
  /** Memory limit of the DuckDB that parses answers before they are copied. */
  readonly memory: string;
}

export type WarehouseConfig = DuckdbConfig | PostgresConfig;

/** A directory of objects. */
export interface FileObjectsConfig {
  readonly kind: 'file';
  /** Absolute path. */
  readonly directory: string;
  /** Days for which no object may be removed after it was written; 0 for none. */
  readonly retentionDays: number;
}

/** A bucket of an S3-compatible store. */
export interface S3ObjectsConfig {
  readonly kind: 's3';
  readonly bucket: string;
  /** Without leading or trailing `/`; empty for the whole bucket. */
  readonly prefix: string;
  /** Origin of the store, or null for AWS's own of the region. */
  readonly endpoint: string | null;
  readonly region: string;
  /** Null: what the AWS SDK finds by itself (profile, role). Read from files when asked for, with what that throws. */
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  } | null;
  /** Absolute path of further authorities' certificates in PEM (`AWS_CA_BUNDLE`); null or absent for those that Node knows. */
  readonly tlsCaFile?: string | null;
  /** Object Lock put on every landing, seal and entry, or null. */
  readonly retention: { readonly mode: 'GOVERNANCE' | 'COMPLIANCE'; readonly days: number } | null;
  /** Absolute path of the directory where bodies are spooled before they are uploaded. */
  readonly spoolDirectory: string;
}

export type ObjectsConfig = FileObjectsConfig | S3ObjectsConfig;
