import path from 'node:path';
import { isPrivateHost } from '../domain/privateHost.js';
import { readSecret, type Resolve } from './secretFile.js';
import type { Settings } from './settings.js';
import type { ObjectsConfig, S3ObjectsConfig } from './storageConfig.js';
import { decodedPart, readQuery, readUrl, wrongSetting } from './storageUrl.js';

const SETTING = 'objects.url (OBJECTS_URL)';
const FORM = 's3://bucket/prefix?region=eu-central-1, or with &endpoint=https://store.example.com';

/** What S3-compatible stores take where nothing is said. */
const REGION_OF_OTHERS = 'us-east-1';

/** As AWS has it: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html. */
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const PREFIX = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;

/**
 * The objects that the settings name: `file:PATH`, `s3://…`, or a directory in the data directory.
 *
 * The URL is read at once; keys in files are looked for when `credentials` is read.
 *
 * @throws Failure `InvalidInput` naming the setting and why.
 */
export function objectsConfig(settings: Settings['objects'], dataDirectory: string, resolve: Resolve): ObjectsConfig {
  const { url, retentionDays, retentionMode } = settings;
  if (url === undefined || url.startsWith('file:')) {
    if (retentionMode !== undefined)
      throw wrongSetting(
        'objects.retentionMode (OBJECTS_RETENTION_MODE)',
        'is Object Lock’s, for objects in s3://… only',
      );
    const directory = url?.slice('file:'.length);
    return {
      kind: 'file',
      directory: directory ? resolve(directory) : path.join(dataDirectory, 'objects'),
      retentionDays,
    };
  }
  if (retentionMode !== undefined && retentionDays === 0)
    throw wrongSetting('objects.retentionMode (OBJECTS_RETENTION_MODE)', 'needs OBJECTS_RETENTION_DAYS: for how long?');
  return {
    kind: 's3',
    ...s3Place(url, settings.region),
    get credentials() {
      return credentialsOf(settings, resolve);
    },
    retention: retentionDays === 0 ? null : { mode: retentionMode ?? 'GOVERNANCE', days: retentionDays },
    spoolDirectory: path.join(dataDirectory, 'spool'),
    tlsCaFile: settings.tlsCaFile === undefined ? null : resolve(settings.tlsCaFile),
  };
}

function s3Place(
  text: string,
  regionVariable: string | undefined,
): Pick<S3ObjectsConfig, 'bucket' | 'prefix' | 'endpoint' | 'region'> {
  const url = readUrl(SETTING, text, FORM);
  if (url.username !== '' || url.password !== '')
    throw wrongSetting(SETTING, 'keys do not belong into it: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or *_FILE');
  if (url.port !== '') throw wrongSetting(SETTING, `a port belongs to the endpoint; such as ${FORM}`);
  const query = readQuery(SETTING, url, ['endpoint', 'region']);
  if (!BUCKET.test(url.hostname))
    throw wrongSetting(SETTING, 'names no bucket: 3 to 63 lower-case letters, digits, "." and "-"');
  const prefix = decodedPart(SETTING, 'the prefix', url.pathname).replace(/^\/+|\/+$/g, '');
  if (prefix !== '' && (!PREFIX.test(prefix) || prefix.length > 100))
    throw wrongSetting(SETTING, 'the prefix has letters, digits, ".", "_" and "-" between "/", at most 100 in all');
  const endpoint = query.endpoint === undefined ? null : endpointOf(query.endpoint);
  const region = query.region ?? regionVariable ?? (endpoint === null ? undefined : REGION_OF_OTHERS);
  if (region === undefined) throw wrongSetting(SETTING, `names no region, and AWS_REGION is not set; such as ${FORM}`);
  if (!/^[a-z0-9-]{2,40}$/.test(region)) throw wrongSetting(SETTING, 'region is not a name such as eu-central-1');
  return { bucket: url.hostname, prefix, endpoint, region };
}

function endpointOf(text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw wrongSetting(SETTING, 'endpoint is not a URL such as https://store.example.com');
  }
  if (url.username !== '' || url.password !== '')
    throw wrongSetting(
      SETTING,
      'endpoint has a user or password; keys are AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
    );
  if (!['http:', 'https:'].includes(url.protocol) || url.pathname !== '/' || url.search !== '')
    throw wrongSetting(SETTING, 'endpoint is an origin such as https://store.example.com, without a path');
  if (url.protocol === 'http:' && !isPrivateHost(url.hostname))
    throw wrongSetting(
      SETTING,
      `endpoint is plain http to ${url.hostname}: only to this machine or a private network, https elsewhere (what is landed is personal data)`,
    );
  return url.origin;
}

function credentialsOf(settings: Settings['objects'], resolve: Resolve): S3ObjectsConfig['credentials'] {
  const accessKeyId = readSecret(
    { value: settings.accessKeyId, file: settings.accessKeyIdFile, fileVariable: 'AWS_ACCESS_KEY_ID_FILE' },
    resolve,
  );
  const secretAccessKey = readSecret(
    { value: settings.secretAccessKey, file: settings.secretAccessKeyFile, fileVariable: 'AWS_SECRET_ACCESS_KEY_FILE' },
    resolve,
  );
  if (accessKeyId === null && secretAccessKey === null) return null;
  if (accessKeyId === null || secretAccessKey === null)
    throw wrongSetting(
      'objects',
      `${accessKeyId === null ? 'AWS_ACCESS_KEY_ID' : 'AWS_SECRET_ACCESS_KEY'} (or its *_FILE) is not set, and the other is: set both, or neither`,
    );
  const { sessionToken } = settings;
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}
