import { describe, expect, it } from '@jest/globals';
import { networkTrouble } from '../../src/domain/networkTrouble.js';

describe('why no answer came', () => {
  it.each([
    ['ENOTFOUND', 'DNS knows no api.example: check GENESYS_REGION'],
    ['EAI_AGAIN', 'DNS does not answer for api.example'],
    ['ECONNREFUSED', 'api.example refuses connections'],
    ['UND_ERR_CONNECT_TIMEOUT', 'api.example does not answer in time'],
    ['ENETUNREACH', 'there is no way to api.example'],
    ['CERT_HAS_EXPIRED', "check this machine's clock"],
    ['ERR_TLS_CERT_ALTNAME_INVALID', "another host's"],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'NODE_EXTRA_CA_CERTS'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'NODE_EXTRA_CA_CERTS'],
    ['EPROTO', 'TLS with api.example fails'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'TLS with api.example fails'],
    ['UND_ERR_ABORTED', 'the proxy does not connect to api.example'],
    ['ECONNRESET', 'cut the connection off'],
    ['ESOMETHING', 'no answer from api.example'],
  ])('is told for %s in plain words, with the code', (code, words) => {
    const text = networkTrouble(code, 'api.example', null);
    expect(text).toContain(words);
    expect(text).toMatch(new RegExp(`\\(${code}\\)$`));
  });

  it('names the proxy between, and has no brackets without a code', () => {
    expect(networkTrouble(undefined, 'api.example', 'proxy.example:3128')).toBe(
      'no answer from api.example; it was called through the proxy proxy.example:3128: check that proxy, or add the host to NO_PROXY',
    );
  });
});
