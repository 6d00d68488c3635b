import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import type { S3ObjectsConfig } from '../config/storageConfig.js';
import { s3Location } from '../domain/locationText.js';
import { s3Failure } from './s3Failure.js';
import { s3Retries } from './s3Retries.js';
import { storageFailure } from './storageFailure.js';

/** Requests that are sent before a failure is told, over about 12 s: a store that is started again is not noticed by anybody. */
const MAX_ATTEMPTS = 9;
const CONNECT_MS = 10_000;
/** A connection on which nothing moves is given up. Long, because a store may take its time to put large parts together. */
const SILENT_MS = 120_000;

/** A bucket, and how to speak to it. */
export interface S3Connection {
  readonly client: S3Client;
  readonly bucket: string;
  /** `s3://bucket/prefix`, with the endpoint where it is not AWS's own: what messages name. */
  readonly location: string;
  /** Put on objects that are kept, or null. */
  readonly retention: S3ObjectsConfig['retention'];
  /** The key of a path: under the prefix. */
  readonly keyOf: (path: string) => string;
  /** Runs what speaks to the bucket and names what fails. `kept` is what is safe then. */
  readonly speaking: <T>(doing: string, kept: string, work: () => Promise<T>) => Promise<T>;
}

/**
 * Makes a client for a bucket. Nothing is sent yet.
 *
 * A store with an endpoint of its own is asked by path (`endpoint/bucket/key`), AWS by its own rules. Proxies and Node's own authorities
 * (`NODE_EXTRA_CA_CERTS`) are Node's matter; `tlsCaFile` adds to them, because the SDK does not look at `AWS_CA_BUNDLE`.
 *
 * @throws Failure `Blocked` when the authorities' file cannot be read.
 */
export function openS3Connection(config: S3ObjectsConfig, options: { maxAttempts?: number } = {}): S3Connection {
  const { bucket, prefix, endpoint, region, credentials, retention } = config;
  const location = s3Location(config);
  // Node's age is told by package.json ("engines"); the SDK would tell it on every start of a worker.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const maxAttempts = options.maxAttempts ?? MAX_ATTEMPTS;
  const client = new S3Client({
    region,
    maxAttempts,
    retryStrategy: s3Retries(maxAttempts),
    // Whoever sets a region means it: a bucket elsewhere is told, not followed.
    followRegionRedirects: false,
    // What is read is hashed by whoever reads it: bytes that were altered must reach `verify`, not break it.
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...(endpoint !== null && { endpoint, forcePathStyle: true }),
    ...(credentials !== null && { credentials }),
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      socketTimeout: SILENT_MS,
      httpsAgent: { ...authorities(config.tlsCaFile ?? null) },
    },
  } satisfies S3ClientConfig);
  return {
    client,
    bucket,
    location,
    retention,
    keyOf: (path) => (prefix === '' ? path : `${prefix}/${path}`),
    async speaking(doing, kept, work) {
      try {
        return await work();
      } catch (error) {
        throw s3Failure(error, `${doing} in ${location}`, kept);
      }
    },
  };
}

function authorities(path: string | null): { ca?: string[] } {
  if (path === null) return {};
  try {
    return { ca: [...rootCertificates, readFileSync(path, 'utf8')] };
  } catch (error) {
    throw storageFailure(error, `reading the authorities of the object store from ${path}`, 'nothing was changed');
  }
}
