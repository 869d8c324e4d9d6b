/**
 * Whether the certificates of a path have been revoked: OCSP at the address in the certificate, and the CRL of its
 * distribution point where OCSP gives no answer (sections "Verifying the response" and "Certificate profiles").
 */

import { type RevocationCheckMessage, revocationChecks } from '../../shared/diagnostics.js';
import type { Certificate } from '../certificate.js';
import { authorityInfoAccess, crlDistributionPoints, decodeAccessUrls, decodeCrlUrls } from '../extensions.js';
import { RevocationCache } from './cache.js';
import { type RevocationList, readCrl } from './crl.js';
import { createOcspRequest } from './ocsp-request.js';
import { readOcspResponse, type Status } from './ocsp-response.js';
import { Responders } from './responders.js';

/** `off` trusts the service to stop revoked accounts by itself. */
export type RevocationPolicy = 'ocsp-then-crl' | 'ocsp' | 'off';

/** Gets the bytes at an address of a certificate: bounded in time and size; rejects unless it is answered with 200. */
export type FetchRevocation = (request: {
  method: 'GET' | 'POST';
  url: string;
  contentType?: string;
  body?: Buffer<ArrayBuffer>;
}) => Promise<Uint8Array<ArrayBuffer>>;

/** Of each kind in a certificate that are asked at most: each may take its whole time. */
const maxAddresses = 3;
/** How long what was asked ahead stands for an answer of now. */
const maxAskedAheadMs = 60_000;
const maxRememberedStatuses = 10_000;
/** Each may have ten megabytes. */
const maxRememberedLists = 10;

/** Keeps answers between calls: make one and use it for all verifications. */
export class RevocationChecker {
  private readonly policy: RevocationPolicy;
  private readonly fetch: FetchRevocation;
  private readonly responders = new Responders();
  private readonly asked = new WeakMap<Certificate, Asked>();
  private readonly statuses = new RevocationCache<{ status: Status }>(maxRememberedStatuses);
  private readonly comingLists = new Map<string, Promise<RevocationList | undefined>>();
  private readonly lists = new RevocationCache<RevocationList>(maxRememberedLists);

  /** @internal */
  constructor(policy: RevocationPolicy, fetch: FetchRevocation) {
    this.policy = policy;
    this.fetch = fetch;
  }

  /**
   * @internal Asks about the path now, so that `refuse` for the same certificate need not wait: for while the person's
   * browser is on its way.
   * @param path one that leads to an anchor: nobody else's addresses are asked.
   * @param now milliseconds since the epoch.
   */
  askAhead(path: readonly Certificate[], now: number): void {
    const [leaf] = path;
    if (!leaf || this.policy === 'off') return;
    const asked: Asked = { refusal: this.ask(path, now), isAnswered: false, until: now + maxAskedAheadMs };
    const settle = () => {
      asked.isAnswered = true;
    };
    asked.refusal.then(settle, settle);
    this.asked.set(leaf, asked);
  }

  /**
   * @internal
   * Why the path must not be used, or undefined. Revoked, unknown to the CA, and nobody to ask all refuse.
   * @param path leaf first and anchor last; the anchor itself is trusted as it is.
   * @param now milliseconds since the epoch.
   */
  async refuse(path: readonly Certificate[], now: number): Promise<string | undefined> {
    if (this.policy === 'off') return undefined;
    const [leaf] = path;
    const asked = leaf && this.asked.get(leaf);
    if (!asked || now >= asked.until) return this.ask(path, now);
    const { isAnswered } = asked;
    const refusal = await asked.refusal;
    // Where nobody had answered before, somebody may now; who has just waited for it does not wait again.
    return refusal === reasons.unanswered && isAnswered ? this.ask(path, now) : refusal;
  }

  private async ask(path: readonly Certificate[], now: number): Promise<string | undefined> {
    for (const [index, certificate] of path.slice(0, -1).entries()) {
      const status = await this.statusOf(certificate, path[index + 1] as Certificate, now);
      if (status !== 'good') return reasons[status];
    }
    return undefined;
  }

  private async statusOf(certificate: Certificate, issuer: Certificate, now: number): Promise<Status | 'unanswered'> {
    const key = `${issuer.fingerprint} ${certificate.fingerprint}`;
    const known = this.statuses.get(key, now);
    if (known) return known.status;
    const pair = { certificate, issuer };
    const byOcsp = await this.statusByOcsp(pair, key, now);
    return byOcsp === 'unanswered' && this.policy !== 'ocsp' ? this.statusByCrl(pair, now) : byOcsp;
  }

  private async statusByOcsp({ certificate, issuer }: Pair, key: string, now: number): Promise<Status | 'unanswered'> {
    for (const url of ocspUrls(certificate)) {
      const tell = tellOf('ocsp');
      try {
        const request = createOcspRequest(certificate, issuer);
        const contentType = 'application/ocsp-request';
        const der = await this.fetch({ method: 'POST', url, contentType, body: request.der });
        const result = readOcspResponse(der, { request, issuer, responders: this.responders, now });
        if (!('refusal' in result)) {
          this.statuses.set(key, { status: result.status }, now, result.nextUpdate);
          tell(result.status);
          return result.status;
        }
      } catch {
        // Out of reach or no OCSP answer: the next address, or the list, may have one.
      }
      tell('unanswered');
    }
    return 'unanswered';
  }

  private async statusByCrl({ certificate, issuer }: Pair, now: number): Promise<Status | 'unanswered'> {
    for (const url of crlUrls(certificate)) {
      const list = await this.list(url, issuer, now);
      if (list) return list.has(certificate.serialNumber) ? 'revoked' : 'good';
    }
    return 'unanswered';
  }

  /** One download serves all who wait for the same list. */
  private list(url: string, issuer: Certificate, now: number): Promise<RevocationList | undefined> {
    // A list was judged as that of one CA: it is no list of another one that names the same address.
    const key = `${issuer.fingerprint} ${url}`;
    const known = this.lists.get(key, now);
    if (known) return Promise.resolve(known);
    const coming =
      this.comingLists.get(key) ?? this.download(key, url, issuer, now).finally(() => this.comingLists.delete(key));
    this.comingLists.set(key, coming);
    return coming;
  }

  private async download(
    key: string,
    url: string,
    issuer: Certificate,
    now: number,
  ): Promise<RevocationList | undefined> {
    const tell = tellOf('crl');
    try {
      const result = await readCrl(await this.fetch({ method: 'GET', url }), issuer, now);
      if (!('refusal' in result)) {
        this.lists.set(key, result.list, now, result.nextUpdate);
        tell('listed');
        return result.list;
      }
    } catch {
      // As if there were none.
    }
    tell('unanswered');
    return undefined;
  }
}

/** Tells what became of a question that is asked now. */
function tellOf(by: RevocationCheckMessage['by']): (result: RevocationCheckMessage['result']) => void {
  const since = performance.now();
  return (result) => revocationChecks.publish({ by, result, milliseconds: performance.now() - since });
}

/** What was asked before it was needed. */
interface Asked {
  /** Why the path must not be used, or undefined. */
  refusal: Promise<string | undefined>;
  /** Whether that is known by now. */
  isAnswered: boolean;
  /** Milliseconds since the epoch. */
  until: number;
}

/** A certificate and who issued it. */
interface Pair {
  certificate: Certificate;
  issuer: Certificate;
}

const reasons = {
  revoked: 'a certificate of the path is revoked',
  unknown: 'a certificate of the path is unknown to its CA',
  unanswered: 'neither OCSP nor a CRL says whether a certificate of the path is revoked',
} as const;

/** Where to ask about a certificate, as it says. */
export function ocspUrls(certificate: Certificate): string[] {
  const urls = certificate.decode(authorityInfoAccess, (value) => decodeAccessUrls(value, 'ocsp')) ?? [];
  return urls.slice(0, maxAddresses);
}

function crlUrls(certificate: Certificate): string[] {
  return (certificate.decode(crlDistributionPoints, decodeCrlUrls) ?? []).slice(0, maxAddresses);
}
