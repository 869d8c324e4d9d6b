/**
 * What the simulator says of its certificates by OCSP and by list, at the addresses in them (RFC 6960, RFC 5280), and
 * the ways in which it can say it wrongly.
 */
import { setTimeout as wait } from 'node:timers/promises';
import express, { Router } from 'express';
import type { AccountKeys } from '../account-keys.js';
import { findAccount } from '../accounts.js';
import { handle } from '../http.js';
import { type Authority, authorityName } from '../pki/authority.js';
import type { IssuedCertificate, Issuer } from '../pki/certificate.js';
import type { SimulatedPki } from '../pki/pki.js';
import type { UserCertificateOverrides } from '../pki/user-certificate.js';
import { createCrl } from './crl.js';
import { answerOcsp, type CertificateStatus, type OcspAnswer, serialNumberAsked, tryLater } from './ocsp.js';
import { createRecordedResponder } from './recorded-responder.js';

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

const ocspSigning = '1.3.6.1.5.5.7.3.9';
/** deltaCRLIndicator and issuingDistributionPoint. */
const limitingExtensions: Partial<Record<CrlFault, string>> = { delta: '2.5.29.27', partial: '2.5.29.28' };
const hour = 3_600_000;
const day = 24 * hour;

/** The simulator's OCSP responder and lists, and what goes wrong with them. */
export class SimulatedRevocation {
  /** Who signs OCSP answers: a certificate that the authority issued for it, or the authority itself. */
  responder: 'delegated' | 'direct' = 'delegated';
  /** Whether OCSP answers repeat the nonce of the request. */
  returnsNonce = true;
  /**
   * `recorded`: as the demo environment's responder answers, of whole seconds and without `nextUpdate` and nonce, so
   * that nobody may remember it; `responder`, `returnsNonce` and `ocspFault` then change nothing in it.
   */
  ocspProfile: 'simple' | 'recorded' = 'simple';
  /** Milliseconds that an OCSP answer takes. */
  ocspDelayMs = 0;
  /** What goes wrong with answers of the responder. Default: nothing. */
  ocspFault?: OcspFault;
  /** What goes wrong with lists. Default: nothing. */
  crlFault?: CrlFault;
  /** How many requests came, answered or not. */
  readonly requests = { ocsp: 0, crl: 0 };
  private readonly statuses = new Map<string, CertificateStatus>();
  private firstAnswer?: Buffer;
  private readonly recordedResponders = new Map<Authority, Promise<IssuedCertificate>>();

  constructor(
    private readonly pki: SimulatedPki,
    private readonly keys: AccountKeys,
    private readonly clock: () => number,
  ) {}

  /** Says from now on this of the account's certificate. */
  setStatus(documentNumber: string, status: CertificateStatus): void {
    if (!findAccount(documentNumber)) throw new Error(`the simulator has no account ${documentNumber}`);
    this.statuses.set(documentNumber, status);
  }

  /** Makes the keys of `recorded` responders, which takes a second, so that nobody who asks has to wait for it. */
  async prepareRecordedResponders(): Promise<void> {
    await Promise.all(Object.values(this.pki.authorities).map((authority) => this.recordedResponder(authority)));
  }

  /** Routes at the addresses in the certificates. */
  routes(): Router {
    const router = Router();
    for (const authority of Object.values(this.pki.authorities)) {
      router.post(
        `/ocsp/${authority.id}`,
        express.raw({ type: 'application/ocsp-request', limit: '10kb' }),
        handle(async (request, response) => {
          this.requests.ocsp += 1;
          if (this.ocspDelayMs > 0) await wait(this.ocspDelayMs, undefined, { ref: false });
          const answer = await this.ocsp(authority, request.body);
          if (!answer) return void response.destroy();
          response.type('application/ocsp-response').send(answer);
        }),
      );
      router.get(
        `/crl/${authority.id}.crl`,
        handle(async (_request, response) => {
          this.requests.crl += 1;
          const list = await this.crl(authority);
          if (!list) return void response.destroy();
          response.type('application/pkix-crl').send(list);
        }),
      );
    }
    return router;
  }

  private async ocsp(authority: Authority, request: Buffer): Promise<Buffer | undefined> {
    if (this.ocspProfile === 'recorded') return this.recordedOcsp(authority, request);
    const { ocspFault: fault } = this;
    if (fault === 'unavailable') return undefined;
    if (fault === 'garbage') return Buffer.from('no answer at all');
    if (fault === 'try-later') return tryLater();
    if (fault === 'replayed' && this.firstAnswer) return this.firstAnswer;
    const now = this.clock() + (fault === 'out-of-date' ? -day : fault === 'from-the-future' ? day : 0);
    const answer = await answerOcsp(request, {
      status: this.statusOf(serialNumberAsked(request)),
      ...this.signing(authority),
      thisUpdate: new Date(now - 1000),
      nextUpdate: new Date(now + hour),
      nonce: fault === 'wrong-nonce' ? 'wrong' : this.returnsNonce ? 'returned' : 'none',
      isForOther: fault === 'other-certificate',
      signatureHash: fault === 'weak-signature' ? 'SHA-1' : 'SHA-384',
      hasUnknownExtension: fault === 'unknown-extension',
    });
    this.firstAnswer ??= answer;
    return answer;
  }

  private recordedResponder(authority: Authority): Promise<IssuedCertificate> {
    const known = this.recordedResponders.get(authority);
    const responder = known ?? createRecordedResponder(authority, this.clock());
    this.recordedResponders.set(authority, responder);
    return responder;
  }

  private async recordedOcsp(authority: Authority, request: Buffer): Promise<Buffer> {
    const now = this.clock();
    const responder = this.recordedResponder(authority);
    return answerOcsp(request, {
      status: this.statusOf(serialNumberAsked(request)),
      signer: { ...(await responder), isAuthority: false },
      otherCertificates: [],
      thisUpdate: new Date(now),
      archiveCutoff: new Date(now - 365 * day),
      nonce: 'none',
      isForOther: false,
      signatureHash: 'SHA-256',
      hasUnknownExtension: false,
    });
  }

  private async crl(authority: Authority): Promise<Buffer | undefined> {
    const { crlFault: fault } = this;
    if (fault === 'unavailable') return undefined;
    if (fault === 'garbage') return Buffer.from('no list at all');
    const now = this.clock() - (fault === 'out-of-date' ? 2 * day : 0);
    return createCrl({
      issuer: authority.certificate,
      privateKey: fault === 'wrong-key' ? this.pki.issueAuthority().privateKey : authority.privateKey,
      revoked: this.keys.serialNumbers().filter((serialNumber) => this.statusOf(serialNumber) === 'revoked'),
      thisUpdate: new Date(now - 1000),
      nextUpdate: new Date(now + day),
      signatureHash: fault === 'weak-signature' ? 'SHA-1' : 'SHA-384',
      extension: fault && limitingExtensions[fault],
    });
  }

  /** A certificate that belongs to no account is good: tests issue such. */
  private statusOf(serialNumber: string): CertificateStatus {
    const documentNumber = this.keys.documentNumberOf(serialNumber);
    if (documentNumber === undefined) return 'good';
    return this.statuses.get(documentNumber) ?? findAccount(documentNumber)?.certificateStatus ?? 'good';
  }

  /** Who signs, and what else goes along: to keep somebody busy who builds paths of whatever comes. */
  private signing(authority: Authority): Pick<OcspAnswer, 'signer' | 'otherCertificates'> {
    const { ocspFault: fault, pki } = this;
    if (fault === 'many-certificates') {
      const otherCertificates = Array.from({ length: 40 }, () => pki.issueAuthority().certificate);
      return { signer: this.signer(authority), otherCertificates };
    }
    if (fault !== 'circle-of-authorities') return { signer: this.signer(authority), otherCertificates: [] };
    const one = pki.issueAuthority({ subject: authorityName('One') });
    const other = pki.issueAuthority({ subject: authorityName('Other') });
    return {
      signer: { ...this.issueResponderCertificate(one), isAuthority: false },
      otherCertificates: [
        pki.issueAuthority({ ...one, issuer: other }).certificate,
        pki.issueAuthority({ ...other, issuer: one }).certificate,
      ],
    };
  }

  private signer(authority: Authority): OcspAnswer['signer'] {
    const { ocspFault: fault } = this;
    if (fault === 'wrong-key') {
      const { privateKey } = this.pki.issueAuthority();
      return { certificate: authority.certificate, privateKey, isAuthority: true };
    }
    const isDeviation = fault === 'other-ca' || fault === 'not-for-ocsp' || fault === 'expired-responder';
    if (this.responder === 'direct' && !isDeviation) return { ...authority, isAuthority: true };
    const issuer = fault === 'other-ca' ? this.pki.issueAuthority({ subject: authority.subject }) : authority;
    const responder = this.issueResponderCertificate(issuer, {
      ...(fault === 'not-for-ocsp' ? { extendedKeyUsage: [] } : {}),
      ...(fault === 'expired-responder' ? { notAfter: new Date(this.clock() - hour) } : {}),
    });
    return { ...responder, isAuthority: false };
  }

  private issueResponderCertificate(issuer: Issuer, overrides: UserCertificateOverrides = {}): IssuedCertificate {
    return this.pki.issueUserCertificate({
      issuer,
      subject: [['commonName', 'Simulated OCSP responder']],
      documentNumber: null,
      dateOfBirth: null,
      extendedKeyUsage: [ocspSigning],
      ...overrides,
    });
  }
}
