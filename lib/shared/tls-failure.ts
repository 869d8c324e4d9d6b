/**
 * Why a TLS connection did not come about, in words that say what to change. Both failures are mistakes of deployment,
 * or attacks, and none that goes away by itself: they have codes of their own, so that an alarm can tell them from a
 * network that fails.
 */

import { constants } from 'node:crypto';
import tls from 'node:tls';

export interface TlsFailure {
  code: 'tls_handshake' | 'pin_mismatch';
  /** Sentences. They name neither an address that was asked for nor anything that was to be sent. */
  reason: string;
}

/** Of the error by which `checkServerIdentity` refuses a server; its message says what to do. */
export const pinMismatchCode = 'SMART_ID_PIN_MISMATCH';

/** What the live service takes since November 2026, whatever it took before. */
export const tlsOfLiveService =
  'The live Smart-ID service accepts TLS 1.3 with TLS_AES_256_GCM_SHA384, or TLS 1.2 with ECDHE-RSA-AES256-GCM-SHA384 or DHE-RSA-AES256-GCM-SHA384, and nothing else.';

/**
 * The failure, if the connection failed for one of these reasons.
 * @param error of `node:tls`, or as an implementation of fetch wraps it.
 * @param accepted what the other side is known to take, as a sentence.
 */
export function tlsFailureOf(error: unknown, accepted?: string): TlsFailure | undefined {
  const { code, message } = innermost(error);
  if (code === pinMismatchCode) return { code: 'pin_mismatch', reason: `${messageWithoutUrl(message)} (${code})` };
  if (code !== 'EPROTO' && !code.startsWith('ERR_SSL_')) return undefined;
  const sentences = [`The TLS handshake failed (${sslReason(message) ?? code}).`, offer(), accepted, advice];
  return { code: 'tls_handshake', reason: sentences.filter(Boolean).join(' ') };
}

const advice =
  'If this process offers too little, look for --tls-max-v1.2, --tls-cipher-list and the like among its arguments and in NODE_OPTIONS, and for an OpenSSL configuration (OPENSSL_CONF); otherwise look for a proxy or firewall that terminates TLS, and check the address.';

/**
 * The platform's fetch has the error of the connection as its cause; node-fetch takes over the code and the message.
 */
function innermost(error: unknown): { code: string; message: string } {
  // Whatever is thrown: a fetch of the site's own may reject with nothing at all.
  const { cause } = (error ?? {}) as { cause?: { code?: unknown } };
  const inner = typeof cause?.code === 'string' ? cause : error;
  const { code, message } = (inner ?? {}) as { code?: unknown; message?: unknown };
  return { code: String(code), message: String(message) };
}

/** What node-fetch puts before the message names the URL, which may hold a personal code. */
function messageWithoutUrl(message: string): string {
  return message.replace(/^.* failed, reason: /s, '');
}

/** OpenSSL's own words, from a line such as `8A:error:0A000410:SSL routines:ssl3_read_bytes:handshake failure:...`. */
function sslReason(message: string): string | undefined {
  return /error:[0-9A-F]+:SSL routines:[^:]*:([\w /-]+)/i.exec(message)?.[1];
}

/** What this process offers: a site's options do not change it, so it is what the process was started with. */
function offer(): string {
  const [from, to] = [tls.DEFAULT_MIN_VERSION, tls.DEFAULT_MAX_VERSION].map((version) => version.replace('TLSv', ''));
  const ciphers =
    tls.DEFAULT_CIPHERS === constants.defaultCoreCipherList
      ? "Node's own list of ciphers"
      : `the ciphers "${tls.DEFAULT_CIPHERS.slice(0, 200)}"`;
  return `This process offers TLS ${from === to ? from : `${from} to ${to}`} with ${ciphers}.`;
}
