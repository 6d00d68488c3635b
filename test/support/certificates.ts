import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Paths of a certificate and its key, both PEM. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

/** An authority of a test's own, which signs certificates in a directory that the caller removes. */
export interface TestAuthority extends CertificateFiles {
  /**
   * A certificate for 127.0.0.1 and `localhost`, or for a client.
   *
   * @param name also the files' name.
   * @param days until it ends; a negative number has ended already.
   * @param names what it is for, in OpenSSL's words.
   */
  sign(name: string, days?: number, names?: string): Promise<CertificateFiles>;
}

/** Makes an authority with OpenSSL. */
export async function testAuthority(directory: string): Promise<TestAuthority> {
  const at = (file: string): string => join(directory, file);
  const files = { certificate: at('authority.pem'), key: at('authority.key') };
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', '/CN=authority of a test', '-keyout', files.key, '-out', files.certificate],
  ]);
  return {
    ...files,
    async sign(name, days = 1, names = 'DNS:localhost,IP:127.0.0.1') {
      const signed = { certificate: at(`${name}.pem`), key: at(`${name}.key`) };
      await run('openssl', [
        ...['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', `/CN=${name}`],
        ...['-keyout', signed.key, '-out', at(`${name}.csr`)],
      ]);
      await writeFile(at(`${name}.ext`), `subjectAltName=${names}\n`);
      await run('openssl', [
        ...['x509', '-req', '-in', at(`${name}.csr`), '-CA', files.certificate, '-CAkey', files.key, '-CAcreateserial'],
        ...['-days', String(days), '-extfile', at(`${name}.ext`), '-out', signed.certificate],
      ]);
      return signed;
    },
  };
}
