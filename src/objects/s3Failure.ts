import { Failure } from '../domain/failure.js';
import { errorCode, storageFailure } from './storageFailure.js';

const RENEW = 'give the worker the keys that the store knows (docs/objects.md)';
const CERTIFICATE = 'mend the certificate, or name its authority in AWS_CA_BUNDLE';
const UNREACHABLE = 'start the store, or correct its endpoint';

/** Why a bucket cannot be worked with, by S3's or the system's error code, and what a person does about it. */
const BLOCKING: Readonly<Record<string, string>> = {
  NoSuchBucket: 'there is no such bucket: make it, or correct OBJECTS_URL',
  InvalidBucketName: 'that is no name of a bucket: correct OBJECTS_URL',
  AccessDenied: 'the store denies access: grant what docs/objects.md lists to the worker’s user',
  AllAccessDisabled: 'the store has closed the bucket to everybody: ask whoever runs it',
  AccountProblem: 'the store reports a problem of the account: ask whoever runs it',
  InvalidAccessKeyId: `the store does not know the access key: ${RENEW}`,
  XAdminUserNotFound: `the store does not know the access key: ${RENEW}`,
  SignatureDoesNotMatch: `the store refuses the signature: the secret key is wrong, or a proxy changes requests: ${RENEW}`,
  AuthorizationHeaderMalformed: 'the store refuses the signature’s form: set its region in OBJECTS_URL',
  ExpiredToken: `the session’s credentials have expired: ${RENEW}`,
  InvalidToken: `the store refuses the session’s token: ${RENEW}`,
  CredentialsProviderError: `no credentials were found: ${RENEW}`,
  RequestTimeTooSkewed: 'this machine’s clock and the store’s differ too much: set both by NTP',
  RequestExpired: 'this machine’s clock and the store’s differ too much: set both by NTP',
  PermanentRedirect: 'the bucket is in another region or at another endpoint: correct OBJECTS_URL',
  TemporaryRedirect: 'the bucket is in another region or at another endpoint: correct OBJECTS_URL',
  IllegalLocationConstraintException: 'the bucket is in another region: correct OBJECTS_URL',
  QuotaExceeded: 'the store’s quota is used up: raise it or free some space',
  XMinioStorageFull: 'the store is full: give it space',
  XMinioAdminBucketQuotaExceeded: 'the bucket’s quota is used up: raise it or free some space',
  InsufficientStorage: 'the store is full: give it space',
  NotImplemented: 'the store lacks an operation that is needed: use one of those in docs/objects.md',
  MethodNotAllowed: 'the store does not allow an operation that is needed: use one of those in docs/objects.md',
  InvalidRequest:
    'the store refuses the request, as it does retention on a bucket without Object Lock: see docs/objects.md',
  ObjectLockConfigurationNotFoundError: 'the bucket has no Object Lock: make one that has (docs/objects.md)',
  ECONNREFUSED: `nothing listens at the store’s address: ${UNREACHABLE}`,
  ENOTFOUND: `the store’s host name is not known: ${UNREACHABLE}`,
  EAI_AGAIN: `the store’s host name cannot be looked up: ${UNREACHABLE}`,
  EHOSTUNREACH: `the store’s host cannot be reached: ${UNREACHABLE}`,
  ENETUNREACH: `the store’s network cannot be reached: ${UNREACHABLE}`,
  CERT_HAS_EXPIRED: `the store’s certificate has expired: ${CERTIFICATE}`,
  CERT_NOT_YET_VALID: `the store’s certificate is not valid yet: check both clocks, or ${CERTIFICATE}`,
  ERR_TLS_CERT_ALTNAME_INVALID: `the store’s certificate is for another host: ${CERTIFICATE}`,
  DEPTH_ZERO_SELF_SIGNED_CERT: `the store’s certificate is signed by nobody known: ${CERTIFICATE}`,
  SELF_SIGNED_CERT_IN_CHAIN: `the store’s certificate is signed by nobody known: ${CERTIFICATE}`,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: `the store’s certificate is signed by nobody known: ${CERTIFICATE}`,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: `the store’s certificate is signed by nobody known: ${CERTIFICATE}`,
  ERR_SSL_WRONG_VERSION_NUMBER: 'the store does not speak TLS there: correct the endpoint, http or https',
  EPROTO: 'the store does not speak TLS there: correct the endpoint, http or https',
};

/** What a status alone says, where the answer had no code that is listed (answers to HEAD have no body). */
const BLOCKING_STATUS: Readonly<Record<number, string>> = {
  301: BLOCKING['PermanentRedirect'] ?? '',
  307: BLOCKING['PermanentRedirect'] ?? '',
  401: BLOCKING['InvalidAccessKeyId'] ?? '',
  403: BLOCKING['AccessDenied'] ?? '',
  405: BLOCKING['MethodNotAllowed'] ?? '',
  501: BLOCKING['NotImplemented'] ?? '',
  507: BLOCKING['InsufficientStorage'] ?? '',
};

/** Failures of a connection that pass by themselves. Answers with a status that is not listed above do, too. */
const PASSING = new Set([
  'TimeoutError',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/**
 * Turns an error of the AWS SDK into our failure: `Blocked` where a person has to act, `Transient` where time heals.
 *
 * Retries are the SDK's and are over by then. Its own messages are left out, because they can name users; so is the error itself,
 * which holds signatures. Errors of the file system become what `storageFailure` says; others are returned as they are.
 *
 * @param doing what failed, on what: "writing chain/000000000001.json in s3://bucket".
 * @param kept what is safe: "nothing was written".
 */
export function s3Failure(error: unknown, doing: string, kept: string): unknown {
  if (error instanceof Failure) return error;
  const { code, status, requestId, region, serverDate, attempts } = s3ErrorFacts(error);
  if (code === undefined && status === undefined) return storageFailure(error, doing, kept);
  const why = (code === undefined ? undefined : (BLOCKING[code] ?? kms(code))) ?? BLOCKING_STATUS[status ?? 0];
  const what = [
    [code, status].filter((each) => each !== undefined).join(' '),
    ...(requestId === undefined ? [] : [`request ${requestId}`]),
    ...(region === undefined ? [] : [`the bucket is in ${region}`]),
    ...(serverDate === undefined ? [] : [`the store says ${serverDate}, this machine ${new Date().toUTCString()}`]),
  ].join(', ');
  const facts = { ...(status !== undefined && { status }), ...(code !== undefined && { code }) };
  if (why !== undefined) {
    return new Failure(
      'Blocked',
      `${why} (${what}, while ${doing}). ${kept.charAt(0).toUpperCase()}${kept.slice(1)}; work goes on by itself once it is possible`,
      facts,
    );
  }
  if (status === undefined && !PASSING.has(code ?? '')) return storageFailure(error, doing, kept);
  const times = attempts > 1 ? ` ${attempts} times` : '';
  return new Failure('Transient', `${doing} failed${times} (${what}); ${kept}; it is tried again`, facts);
}

/** What an error of the SDK says, by its shape: an error of another realm is no `instanceof`. */
export interface S3ErrorFacts {
  /** S3's code (`NoSuchKey`) or the system's (`ECONNREFUSED`). */
  readonly code: string | undefined;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  /** Region that the store names in a redirect. */
  readonly region: string | undefined;
  /** The store's clock, where clocks are the matter. */
  readonly serverDate: string | undefined;
  /** Requests that were sent, the SDK's retries among them. */
  readonly attempts: number;
}

/** Reads an error of the SDK. */
export function s3ErrorFacts(error: unknown): S3ErrorFacts {
  const { name, $metadata, $response } = (typeof error === 'object' && error !== null ? error : {}) as {
    name?: string;
    $metadata?: { httpStatusCode?: number; requestId?: string; attempts?: number };
    $response?: { headers?: Record<string, string> };
  };
  const status = $metadata?.httpStatusCode;
  const headers = $response?.headers ?? {};
  const isService = status !== undefined || name === 'CredentialsProviderError' || name === 'TimeoutError';
  const code = errorCode(error) ?? (isService ? name : undefined);
  return {
    code,
    status,
    requestId: $metadata?.requestId,
    region: headers['x-amz-bucket-region'],
    serverDate: code === 'RequestTimeTooSkewed' || code === 'RequestExpired' ? headers['date'] : undefined,
    attempts: $metadata?.attempts ?? 1,
  };
}

/** What a 404 says of an object; `NotFound` is what the SDK calls an answer without a body. Other codes speak of buckets and users. */
const NO_SUCH_OBJECT = new Set(['NoSuchKey', 'NoSuchVersion', 'NoSuchUpload', 'NotFound']);

/** Whether the store says that there is no such object, version or upload; not that there is no bucket. */
export function isNoSuchObject(error: unknown): boolean {
  const { code, status } = s3ErrorFacts(error);
  return status === 404 && NO_SUCH_OBJECT.has(code ?? 'NotFound');
}

function kms(code: string): string | undefined {
  return code.startsWith('KMS.') ? 'the key that encrypts the bucket cannot be used: ask whoever runs it' : undefined;
}
