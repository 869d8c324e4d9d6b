/**
 * What the simulator says of its certificates by OCSP and by list, at the addresses in them (RFC 6960, RFC 5280), and
 * the ways in which it can say it wrongly.
 */
import { X509Certificate } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import express, { type Response, Router } from 'express';
import type { AccountKeys } from '../account-keys.js';
import { findAccount } from '../accounts.js';
import { handle } from '../http.js';
import { type Authority, authorityName } from '../pki/authority.js';
import { dayMs, type IssuedCertificate } from '../pki/certificate.js';
import type { SimulatedPki } from '../pki/pki.js';
import { createCrl, type RevocationReason, type RevokedEntry } from './crl.js';
import {
  answerOcsp,
  type CertificateStatus,
  isOcspRequest,
  type OcspAnswer,
  ocspErrorAnswer,
  serialNumberAsked,
} from './ocsp.js';
import { issueResponderCertificate, type ResponderOverrides, responderKeyOf } from './responder.js';

/** What is wrong with OCSP answers. `other-ca` and `not-for-ocsp` are about the signer's certificate. */
export type OcspFault =
  | 'unavailable'
  | 'garbage'
  | 'try-later'
  | 'out-of-date'
  | 'from-the-future'
  | 'wrong-key'
  | 'other-ca'
  | 'not-for-ocsp'
  | 'expired-responder'
  | 'other-certificate'
  | 'wrong-nonce'
  | 'weak-signature'
  | 'unknown-extension'
  | 'many-certificates'
  | 'circle-of-authorities'
  | 'replayed';

/** What is wrong with lists. */
export type CrlFault = 'unavailable' | 'garbage' | 'out-of-date' | 'wrong-key' | 'weak-signature' | 'delta' | 'partial';

/** deltaCRLIndicator and issuingDistributionPoint. */
const limitingExtensions: Partial<Record<CrlFault, string>> = { delta: '2.5.29.27', partial: '2.5.29.28' };
const hourMs = 3_600_000;
const weekMs = 7 * dayMs;

/** What the simulator knows of a certificate. */
interface KnownStatus {
  status: CertificateStatus;
  /** Milliseconds since the epoch. */
  since: number;
  reason?: RevocationReason;
}

/** The simulator's OCSP responder and lists, and what goes wrong with them. */
export class SimulatedRevocation {
  /** Who signs OCSP answers: a certificate that the authority issued for it, or the authority itself. */
  responder: 'delegated' | 'direct' = 'delegated';
  /** Whether OCSP answers repeat the nonce of the request. */
  returnsNonce = true;
  /**
   * `recorded`: as the demo environment's responder answers, with archiveCutoff and without `nextUpdate`, so that
   * nobody may remember it. `simple`: the other way round, good for an hour.
   */
  ocspProfile: 'recorded' | 'simple' = 'recorded';
  /** Milliseconds that an OCSP answer takes. */
  ocspDelayMs = 0;
  /**
   * Milliseconds by which the clock of the responder is ahead of the simulator's; less than zero where it is behind.
   */
  ocspClockAheadMs = 0;
  /** What it says of the certificate of the timestamp unit. */
  timestampUnitStatus: CertificateStatus = 'good';
  /**
   * What goes wrong with answers of the responder.
   * @default nothing
   */
  ocspFault?: OcspFault;
  /**
   * What goes wrong with lists.
   * @default nothing
   */
  crlFault?: CrlFault;
  /** How many requests came, answered or not. */
  readonly requests = {
    /** Questions to the OCSP responder. */
    ocsp: 0,
    /** Downloads of a list. */
    crl: 0,
  };
  private readonly statuses = new Map<string, KnownStatus>();
  private readonly startedAt: number;
  private readonly timestampUnit: X509Certificate;
  private firstAnswer?: Buffer;
  private readonly responders = new Map<Authority, Promise<IssuedCertificate>>();
  private readonly crlNumbers = new Map<Authority, number>();

  constructor(
    private readonly pki: SimulatedPki,
    private readonly keys: AccountKeys,
    private readonly clock: () => number,
  ) {
    this.startedAt = clock();
    this.timestampUnit = new X509Certificate(pki.timestampUnit.certificate);
  }

  /** Says from now on this of the account's certificate. */
  setStatus(documentNumber: string, status: CertificateStatus): void {
    if (!findAccount(documentNumber)) throw new Error(`the simulator has no account ${documentNumber}`);
    this.statuses.set(documentNumber, { status, since: this.clock() });
  }

  /** Makes the keys of the responders, which takes a second, so that nobody who asks has to wait for it. */
  async prepareRecordedResponders(): Promise<void> {
    await Promise.all(Object.values(this.pki.authorities).map((authority) => this.responderOf(authority)));
  }

  /** Routes at the addresses in the certificates. */
  routes(): Router {
    const router = Router();
    const { root, authorities, timestampAuthority } = this.pki;
    for (const authority of [root, ...Object.values(authorities), timestampAuthority]) {
      const answerTo = async (question: Buffer, response: Response) => {
        this.requests.ocsp += 1;
        if (this.ocspDelayMs > 0) await wait(this.ocspDelayMs, undefined, { ref: false });
        const answer = await this.ocsp(authority, question);
        if (!answer) return void response.destroy();
        response.type('application/ocsp-response').send(answer);
      };
      const place = `/ocsp/${authority.id}`;
      router.post(
        place,
        express.raw({ type: 'application/ocsp-request', limit: '10kb' }),
        handle((request, response) => answerTo(request.body, response)),
      );
      // RFC 6960, A.1: the Base64 of the question in the path, whose slashes may be encoded or not.
      router.get(
        new RegExp(`^${place}/(.+)$`),
        handle((request, response) => answerTo(Buffer.from(String(request.params[0]), 'base64'), response)),
      );
      router.get(
        `/crl/${authority.id}.crl`,
        handle(async (_request, response) => {
          this.requests.crl += 1;
          const list = this.crl(authority);
          if (!list) return void response.destroy();
          response.type('application/pkix-crl').send(list);
        }),
      );
    }
    return router;
  }

  private async ocsp(authority: Authority, request: Buffer): Promise<Buffer | undefined> {
    const { ocspFault: fault } = this;
    if (fault === 'unavailable') return undefined;
    if (fault === 'garbage') return Buffer.from('no answer at all');
    if (fault === 'try-later') return ocspErrorAnswer('tryLater');
    if (!isOcspRequest(request)) return ocspErrorAnswer('malformedRequest');
    if (fault === 'replayed' && this.firstAnswer) return this.firstAnswer;
    const faultMs = fault === 'out-of-date' ? -dayMs : fault === 'from-the-future' ? dayMs : 0;
    const now = this.clock() + this.ocspClockAheadMs + faultMs;
    const { status, since } = this.statusOf(serialNumberAsked(request));
    const signing = await this.signing(authority);
    const answer = answerOcsp(request, {
      status,
      revokedAt: new Date(since),
      ...signing,
      thisUpdate: new Date(now),
      ...(this.ocspProfile === 'recorded'
        ? { archiveCutoff: beginningOf(authority), hasEmptyExtensions: true }
        : { nextUpdate: new Date(now + hourMs) }),
      nonce: fault === 'wrong-nonce' ? 'wrong' : this.returnsNonce ? 'returned' : 'none',
      isForOther: fault === 'other-certificate',
      signatureHash: fault === 'weak-signature' ? 'sha1' : signing.signer.isAuthority ? 'sha384' : 'sha256',
      hasUnknownExtension: fault === 'unknown-extension',
    });
    this.firstAnswer ??= answer;
    return answer;
  }

  private responderOf(authority: Authority): Promise<IssuedCertificate> {
    const responder = this.responders.get(authority) ?? this.issueResponder(authority);
    this.responders.set(authority, responder);
    return responder;
  }

  private async issueResponder(authority: Authority, overrides?: ResponderOverrides): Promise<IssuedCertificate> {
    return issueResponderCertificate(authority, await responderKeyOf(authority), this.clock(), overrides);
  }

  private crl(authority: Authority): Buffer | undefined {
    const { crlFault: fault } = this;
    if (fault === 'unavailable') return undefined;
    if (fault === 'garbage') return Buffer.from('no list at all');
    const now = this.clock() - (fault === 'out-of-date' ? 2 * weekMs : 0);
    const crlNumber = (this.crlNumbers.get(authority) ?? 1000) + 1;
    this.crlNumbers.set(authority, crlNumber);
    return createCrl({
      issuer: authority.certificate,
      privateKey: fault === 'wrong-key' ? this.pki.issueAuthority().privateKey : authority.privateKey,
      keyIdentifier: authority.keyIdentifier,
      revoked: this.revokedBy(authority),
      crlNumber,
      thisUpdate: new Date(now),
      nextUpdate: new Date(now + weekMs - 1000),
      signatureHash: fault === 'weak-signature' ? 'sha1' : 'sha384',
      extension: fault && limitingExtensions[fault],
    });
  }

  private revokedBy(authority: Authority): RevokedEntry[] {
    const issuer = new X509Certificate(authority.certificate);
    return [...this.keys.certificates(), this.timestampUnit]
      .filter((certificate) => certificate.checkIssued(issuer))
      .map(({ serialNumber }) => ({ serialNumber, ...this.statusOf(serialNumber) }))
      .filter(({ status }) => status === 'revoked')
      .map(({ serialNumber, since, reason }) => ({ serialNumber, revokedAt: new Date(since), reason }));
  }

  /** A certificate that belongs to no account is good: tests issue such. */
  private statusOf(serialNumber: string): KnownStatus {
    if (serialNumber === this.timestampUnit.serialNumber) {
      return { status: this.timestampUnitStatus, since: this.startedAt };
    }
    const documentNumber = this.keys.documentNumberOf(serialNumber);
    if (documentNumber === undefined) return { status: 'good', since: this.startedAt };
    const status = findAccount(documentNumber)?.certificateStatus ?? 'good';
    // The demo environment's list gives a reason for some certificates and none for most.
    return this.statuses.get(documentNumber) ?? { status, since: this.startedAt, reason: 'keyCompromise' };
  }

  /** Who signs, and what else goes along: to keep somebody busy who builds paths of whatever comes. */
  private async signing(authority: Authority): Promise<Pick<OcspAnswer, 'signer' | 'otherCertificates'>> {
    const { ocspFault: fault, pki } = this;
    if (fault === 'many-certificates') {
      const otherCertificates = Array.from({ length: 40 }, () => pki.issueAuthority().certificate);
      return { signer: await this.signer(authority), otherCertificates };
    }
    if (fault !== 'circle-of-authorities') return { signer: await this.signer(authority), otherCertificates: [] };
    const one = pki.issueAuthority({ subject: authorityName('One') });
    const other = pki.issueAuthority({ subject: authorityName('Other') });
    return {
      signer: { ...(await this.issueResponder(authority, { issuer: one })), isAuthority: false },
      otherCertificates: [
        pki.issueAuthority({ ...one, issuer: other }).certificate,
        pki.issueAuthority({ ...other, issuer: one }).certificate,
      ],
    };
  }

  private async signer(authority: Authority): Promise<OcspAnswer['signer']> {
    const { ocspFault: fault } = this;
    if (fault === 'wrong-key') {
      const { privateKey } = this.pki.issueAuthority();
      return { certificate: authority.certificate, privateKey, isAuthority: true };
    }
    const overrides = this.responderFault(authority);
    if (overrides) return { ...(await this.issueResponder(authority, overrides)), isAuthority: false };
    if (this.responder === 'direct') return { ...authority, isAuthority: true };
    return { ...(await this.responderOf(authority)), isAuthority: false };
  }

  /** What is wrong with the responder's certificate, if anything is to be. */
  private responderFault(authority: Authority): ResponderOverrides | undefined {
    const { ocspFault: fault } = this;
    if (fault === 'other-ca') return { issuer: this.pki.issueAuthority({ subject: authority.subject }) };
    if (fault === 'not-for-ocsp') return { extendedKeyUsage: [] };
    if (fault === 'expired-responder') return { notAfter: new Date(this.clock() - hourMs) };
    return undefined;
  }
}

function beginningOf({ certificate }: Authority): Date {
  return new Date(new X509Certificate(certificate).validFrom);
}
