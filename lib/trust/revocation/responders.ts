/**
 * The certificates of OCSP responders (RFC 6960, section 4.2.2.2). To judge one costs more than everything else of an
 * answer, and the same one comes along with each: so one that was found to be the CA's is remembered by its bytes, for
 * a bounded time.
 */

import { LRUCache } from 'lru-cache';
import { type Certificate, parseCertificate } from '../certificate.js';
import { hasStrongKey, isForOcspSigning } from '../certificate-profile.js';
import type { Bytes } from '../der.js';
import { buildPath } from '../path.js';

const maxRemembered = 50;
const rememberedMs = 3_600_000;

interface Judged {
  responder: Certificate;
  issuer: Certificate;
  /** Milliseconds since the epoch. */
  until: number;
}

export class Responders {
  private readonly judged = new LRUCache<string, Judged>({ max: maxRemembered });

  /**
   * The certificate, if this issuer has given it to a responder; undefined otherwise, and where it is malformed.
   * @param now milliseconds since the epoch.
   */
  find(der: Bytes, issuer: Certificate, now: number): Certificate | undefined {
    const key = Buffer.from(der.buffer, der.byteOffset, der.byteLength).toString('latin1');
    const known = this.judged.get(key);
    if (known?.issuer === issuer && now < known.until) return known.responder;
    const responder = judge(der, issuer, now);
    if (responder) {
      const until = Math.min(now + rememberedMs, responder.validity.to, issuer.validity.to);
      this.judged.set(key, { responder, issuer, until });
    }
    return responder;
  }
}

function judge(der: Bytes, issuer: Certificate, now: number): Certificate | undefined {
  try {
    const responder = parseCertificate(der);
    const result = buildPath(responder, { certificates: [issuer] }, now);
    return 'path' in result && isForOcspSigning(responder) && hasStrongKey(responder) ? responder : undefined;
  } catch {
    // What is no certificate, or a malformed one, is nobody's.
    return undefined;
  }
}
