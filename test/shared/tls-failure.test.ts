import { expect } from 'chai';
import { tlsFailureOf, tlsOfLiveService } from '../../lib/shared/tls-failure.js';

const alert =
  'write EPROTO 801C:error:0A000410:SSL routines:ssl3_read_bytes:sslv3 alert handshake failure:../deps/rec.c:1601:SSL alert number 40\n';
const url = 'https://rp-api.example.com/etsi/PNOEE-30303039914';

/** As node-fetch wraps an error of the connection. */
const byNodeFetch = (code: string, message: string) =>
  Object.assign(new Error(`request to ${url} failed, reason: ${message}`), { code });
/** As the platform's own fetch does. */
const byPlatform = (code: string, message: string) =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(message), { code }) });

describe('A TLS connection that fails', () => {
  for (const [what, wrap] of [
    ['node-fetch', byNodeFetch],
    ["the platform's fetch", byPlatform],
  ] as const) {
    it(`in the handshake is told with OpenSSL's own words, over ${what}`, () => {
      for (const code of ['EPROTO', 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE']) {
        const failure = tlsFailureOf(wrap(code, alert), tlsOfLiveService);
        expect(failure?.code).to.equal('tls_handshake');
        expect(failure?.reason).to.match(
          /^The TLS handshake failed \(sslv3 alert handshake failure\)\. This process offers /,
        );
        expect(failure?.reason).to.contain(tlsOfLiveService).and.to.not.contain('PNOEE');
      }
    });

    it(`for its key is told in the words of the check and without the URL, over ${what}`, () => {
      const failure = tlsFailureOf(wrap('SMART_ID_PIN_MISMATCH', 'It has another key.'));
      expect(failure).to.deep.equal({
        code: 'pin_mismatch',
        reason: 'It has another key. (SMART_ID_PIN_MISMATCH)',
      });
    });

    it(`for another reason is not explained, over ${what}`, () => {
      for (const code of ['ECONNREFUSED', 'CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID']) {
        expect(tlsFailureOf(wrap(code, 'It fails.'))).to.equal(undefined);
      }
    });
  }

  it('in the handshake is told by its code where OpenSSL says nothing, and of a server of which nothing is known', () => {
    const failure = tlsFailureOf(byNodeFetch('ERR_SSL_NO_CIPHER_MATCH', 'no cipher match'));
    expect(failure?.reason).to.contain('The TLS handshake failed (ERR_SSL_NO_CIPHER_MATCH).');
    expect(failure?.reason).to.not.contain('live Smart-ID service');
  });

  it('without a code, or where nothing is known, is not explained', () => {
    expect(tlsFailureOf(new Error(url))).to.equal(undefined);
    for (const thrown of [{}, undefined, null, 'no error', 7, { code: Symbol('code') }]) {
      expect(tlsFailureOf(thrown)).to.equal(undefined);
    }
  });
});
