/**
 * Whether the certificates of a path have been revoked: OCSP at the address in the certificate, and the CRL of its
 * distribution point where OCSP gives no answer (sections "Verifying the response" and "Certificate profiles").
 */

import { type CertificateRevocationList, Certificate as PkijsCertificate } from 'pkijs';
import type { Certificate } from '../certificate.js';
import { AuthorityInfoAccessExtension, CRLDistributionPointsExtension } from '../x509.js';
import { RevocationCache } from './cache.js';
import { readCrl } from './crl.js';
import { askOcsp, readOcsp, type Status } from './ocsp.js';

/** `off` trusts the service to stop revoked accounts by itself. */
export type RevocationPolicy = 'ocsp-then-crl' | 'ocsp' | 'off';

/** Gets the bytes at an address of a certificate: bounded in time and size; rejects unless it is answered with 200. */
export type FetchRevocation = (request: {
  method: 'GET' | 'POST';
  url: string;
  contentType?: string;
  body?: Buffer<ArrayBuffer>;
}) => Promise<Uint8Array<ArrayBuffer>>;

/** Keeps answers between calls: make one and use it for all verifications. */
export class RevocationChecker {
  readonly policy: RevocationPolicy;
  private readonly fetch: FetchRevocation;
  private readonly statuses = new RevocationCache<{ status: Status }>();
  private readonly lists = new RevocationCache<CertificateRevocationList>();

  constructor(policy: RevocationPolicy, fetch: FetchRevocation) {
    this.policy = policy;
    this.fetch = fetch;
  }

  /**
   * Why the path must not be used, or undefined. Revoked, unknown to the CA, and nobody to ask all refuse.
   * @param path leaf first and anchor last; the anchor itself is trusted as it is.
   * @param now milliseconds since the epoch.
   */
  async refuse(path: readonly Certificate[], now: number): Promise<string | undefined> {
    if (this.policy === 'off') return undefined;
    for (const [index, certificate] of path.slice(0, -1).entries()) {
      const status = await this.statusOf(certificate, path[index + 1] as Certificate, now);
      if (status !== 'good') return reasons[status];
    }
    return undefined;
  }

  private async statusOf(certificate: Certificate, issuer: Certificate, now: number): Promise<Status | 'unanswered'> {
    const key = `${issuer.node.fingerprint256} ${certificate.node.serialNumber}`;
    const known = this.statuses.get(key, now);
    if (known) return known.status;
    const leaf = PkijsCertificate.fromBER(certificate.der);
    const ca = PkijsCertificate.fromBER(issuer.der);
    const byOcsp = await this.statusByOcsp(certificate, leaf, ca, key, now);
    if (byOcsp !== 'unanswered' || this.policy === 'ocsp') return byOcsp;
    return this.statusByCrl(certificate, issuer, leaf, ca, now);
  }

  private async statusByOcsp(
    { x509 }: Certificate,
    leaf: PkijsCertificate,
    ca: PkijsCertificate,
    key: string,
    now: number,
  ): Promise<Status | 'unanswered'> {
    for (const url of httpUrls(x509.getExtension(AuthorityInfoAccessExtension)?.ocsp.map(({ value }) => value))) {
      try {
        const { request, nonce } = await askOcsp(leaf, ca);
        const der = await this.fetch({ method: 'POST', url, contentType: 'application/ocsp-request', body: request });
        const result = await readOcsp(der, leaf, ca, nonce, now);
        if ('refusal' in result) continue;
        this.statuses.set(key, { status: result.status }, now, result.nextUpdate);
        return result.status;
      } catch {
        // Out of reach or no OCSP answer: the next address, or the list, may have one.
      }
    }
    return 'unanswered';
  }

  private async statusByCrl(
    { x509 }: Certificate,
    issuer: Certificate,
    leaf: PkijsCertificate,
    ca: PkijsCertificate,
    now: number,
  ): Promise<Status | 'unanswered'> {
    const names = x509.getExtension(CRLDistributionPointsExtension)?.distributionPoints ?? [];
    const urls = names.flatMap(({ distributionPoint }) =>
      (distributionPoint?.fullName ?? []).map(({ uniformResourceIdentifier }) => uniformResourceIdentifier),
    );
    for (const url of httpUrls(urls)) {
      const crl = await this.list(url, `${issuer.node.fingerprint256} ${url}`, ca, now);
      if (crl) return crl.isCertificateRevoked(leaf) ? 'revoked' : 'good';
    }
    return 'unanswered';
  }

  private async list(
    url: string,
    key: string,
    ca: PkijsCertificate,
    now: number,
  ): Promise<CertificateRevocationList | undefined> {
    const known = this.lists.get(key, now);
    if (known) return known;
    try {
      const result = await readCrl(await this.fetch({ method: 'GET', url }), ca, now);
      if ('refusal' in result) return undefined;
      this.lists.set(key, result.crl, now, result.nextUpdate);
      return result.crl;
    } catch {
      return undefined;
    }
  }
}

const reasons = {
  revoked: 'a certificate of the path is revoked',
  unknown: 'a certificate of the path is unknown to its CA',
  unanswered: 'neither OCSP nor a CRL says whether a certificate of the path is revoked',
} as const;

function httpUrls(addresses: readonly (string | undefined)[] = []): string[] {
  return addresses.filter((url) => url !== undefined && /^https?:\/\//i.test(url) && URL.canParse(url)) as string[];
}
