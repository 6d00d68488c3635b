import { Failure, isFailure } from '../../domain/failure.js';

/** Codes of Node where there is no connection, or none any more. */
const NETWORK =
  /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|EADDRNOTAVAIL)$/;
/** How `pg` says that a connection ended under it; it has no codes. */
const ENDED =
  /Connection terminated|connection timeout|timeout expired|Client has encountered a connection error|Client was closed|Query read timeout|socket hang up|read ECONN|write E(PIPE|CONN)/i;
/** How the pool says that none of its connections became free in time: the server is well. */
const ALL_IN_USE = 'timeout exceeded when trying to connect';
const TLS =
  /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|ERR_OSSL|EPROTO|HOSTNAME_MISMATCH|INVALID_CA)|does not support SSL/;
const EXPIRED = /CERT_HAS_EXPIRED/;

/** What the server says of itself while it ends or begins, by SQLSTATE: whoever was in the midst of something begins again. */
const ENDING = ['57P01', '57P02', '08000', '08003', '08006', '08001', '08004', '08007'];
/** Another transaction was in the way; begun again, the same work goes through. */
const IN_THE_WAY: Readonly<Record<string, string>> = {
  '40001': 'another transaction changed the same rows',
  '40P01': 'another transaction waited for this one while this one waited for it',
  '55P03': 'another transaction held a lock for too long',
  '23505': 'another load wrote the same keys at the same moment',
  '57014': 'a statement took too long and was ended',
  '25P03': 'the transaction stood still for too long and was ended',
  '23514': 'a partition is missing, which the next try makes',
};
/** What an operator has to mend, and how. */
const TO_MEND: Readonly<Record<string, string>> = {
  '28P01': 'refuses the password; put the right one where the worker reads it and restart the worker',
  '28000': 'refuses the user; its pg_hba.conf must let it in, with or without TLS as is set here',
  '3D000': 'has no such database; create it (docs/postgres.md)',
  '3F000': 'has no such schema; create it for the user (docs/postgres.md)',
  '42501': 'refuses a right; grant it (docs/postgres.md has the list)',
  '42P01': 'lacks a table of ours; somebody dropped or renamed it',
  '42703': 'lacks a column of ours; somebody dropped or renamed it',
  '25006': 'is read-only; is it a standby?',
  '53100': 'has no space left on its disk; free some and this goes on',
  '53200': 'has no memory left',
  '53400': 'has reached a limit that its configuration sets',
  '57P03': 'is starting or ending and takes no connections',
};
const TOO_MANY = '53300';
/** Text that no Postgres database can hold, or not this one. */
const BAD_TEXT = ['22021', '22P05'];

/** Whether an error says that the connection is gone, so that what became of the transaction is not known. */
export function lostConnection(error: unknown): boolean {
  const { code, message, syscall } = partsOf(error);
  return NETWORK.test(code) || syscall === 'connect' || ENDING.includes(code) || (code === '' && ENDED.test(message));
}

/** Whether an error says that no server is there now: it is down, starting, or not to be reached. */
export function isAway(error: unknown): boolean {
  return lostConnection(error) || partsOf(error).code === '57P03';
}

/** Whether an error says that other work of this process has all connections of the pool. */
export function isInUse(error: unknown): boolean {
  return partsOf(error).message === ALL_IN_USE;
}

/**
 * A thrown value as our failure, by whom it is for: `Blocked` where the operator must mend something, `Transient` where the work is
 * to be begun again, `Corrupt` for text that the database cannot hold. Anything else is returned as it came: it is a defect of ours.
 *
 * No message has the user's password: neither the driver nor the server repeats it.
 *
 * @param location host, port and database, without user or password.
 * @param phase a connection that is refused is to be mended; one that is lost in the midst is tried again.
 */
export function postgresFailure(error: unknown, location: string, phase: 'connecting' | 'connected'): unknown {
  if (isFailure(error)) return error;
  const { code, message } = partsOf(error);
  const said = code === '' || message.includes(code) ? firstLine(message) : `${firstLine(message)}, ${code}`;
  const failure = (name: 'Blocked' | 'Transient' | 'Corrupt', what: string) =>
    new Failure(name, `the warehouse ${location} ${what} (${said}). Nothing was changed`, {}, { cause: error });

  const mend = TO_MEND[code];
  if (mend !== undefined) return failure('Blocked', mend);
  if (TLS.test(code) || TLS.test(message)) return failure('Blocked', tlsAdvice(code, message));
  if (code === TOO_MANY || /too many (clients|connections)|remaining connection slots/i.test(message))
    return failure('Transient', 'has no connection left; raise its max_connections or run fewer workers');
  if (isInUse(error)) return failure('Transient', 'is busy: all connections of this process are in use; begun again');
  if (/^SASL: .*password/.test(message)) return failure('Blocked', 'asks for a password, and none is set');
  const inTheWay = IN_THE_WAY[code];
  if (inTheWay !== undefined) return failure('Transient', `is used by others: ${inTheWay}; begun again`);
  if (lostConnection(error)) {
    return phase === 'connecting'
      ? failure('Blocked', 'does not answer; start it, or correct its address')
      : failure('Transient', 'was lost in the midst; begun again');
  }
  if (BAD_TEXT.includes(code)) return failure('Corrupt', 'cannot hold a text of the answer');
  return error;
}

function tlsAdvice(code: string, message: string): string {
  if (EXPIRED.test(code)) return 'shows a certificate that has expired; renew it on the server';
  if (/does not support SSL/.test(message)) return 'speaks no TLS; turn it on there (ssl = on), or set sslmode=disable';
  if (/ALTNAME|HOSTNAME/.test(code))
    return "shows a certificate of another host; use the certificate's name as address";
  return 'shows a certificate that no known authority signed; name the authority with sslrootcert';
}

function partsOf(error: unknown): { code: string; message: string; syscall: unknown } {
  if (typeof error !== 'object' || error === null) return { code: '', message: String(error), syscall: null };
  const { code, message, errors, syscall } = error as Record<'code' | 'message' | 'errors' | 'syscall', unknown>;
  // Several addresses of one host were tried.
  const [first] = Array.isArray(errors) ? (errors as unknown[]) : [];
  const text = typeof message === 'string' && message !== '' ? message : first ? partsOf(first).message : '';
  return { code: typeof code === 'string' ? code : '', message: text, syscall };
}

function firstLine(message: string): string {
  return (message.split('\n', 1)[0] ?? '').slice(0, 400);
}
