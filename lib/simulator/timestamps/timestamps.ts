/** The simulator's timestamp authority (RFC 3161), and the ways in which it can fail or lie. */
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import express, { Router } from 'express';
import { handle } from '../http.js';
import type { IssuedCertificate } from '../pki/certificate.js';
import type { SimulatedPki } from '../pki/pki.js';
import { issueUnitCertificate } from '../pki/unit-certificate.js';
import { inBer } from './ber.js';
import { grant, readTimestampRequest, reject, type TimestampAsked } from './token.js';

/**
 * What is wrong with timestamps. `wrong-signer` is signed with another key than the unit's; `other-ca`,
 * `not-for-timestamps` and `expired-unit` are about the unit's certificate.
 */
export type TimestampFault =
  | 'down'
  | 'slow'
  | 'wrong-imprint'
  | 'wrong-nonce'
  | 'wrong-signer'
  | 'wrong-policy'
  | 'other-ca'
  | 'not-for-timestamps'
  | 'expired-unit'
  | 'rejected'
  | 'garbage'
  | 'no-certificate'
  | 'old-time';

/** The best practices policy for timestamps (ETSI EN 319 421), the only one that the authority has. */
const policy = '0.4.0.2023.1.1';
/** Octets of the hashes that it takes, SHA-2, by their object identifiers. */
const hashSizes = new Map([
  ['2.16.840.1.101.3.4.2.1', 32],
  ['2.16.840.1.101.3.4.2.2', 48],
  ['2.16.840.1.101.3.4.2.3', 64],
]);
const emailProtection = '1.3.6.1.5.5.7.3.4';
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** The simulator's timestamp authority, and what goes wrong with it. */
export class SimulatedTimestamps {
  /**
   * What goes wrong with timestamps.
   * @default nothing
   */
  fault?: TimestampFault;
  /** Milliseconds that an answer takes. */
  delayMs = 0;
  /**
   * How timestamps are written. `BER`, which authorities may send as well, has indefinite lengths and the content in
   * pieces.
   */
  encoding: 'DER' | 'BER' = 'DER';
  /** How many requests came, answered or not. */
  requests = 0;

  constructor(
    private readonly pki: SimulatedPki,
    private readonly clock: () => number,
  ) {}

  /** The route that is asked for timestamps. */
  routes(): Router {
    const router = Router();
    router.get('/tsa', (_request, response) => {
      if (this.fault === 'down') return void response.destroy();
      response.status(405).set('allow', 'POST').end();
    });
    router.post(
      '/tsa',
      express.raw({ type: 'application/timestamp-query', limit: '10kb' }),
      handle(async (request, response) => {
        this.requests += 1;
        const { fault } = this;
        if (fault === 'down') return void response.destroy();
        const delayMs = fault === 'slow' ? minute : this.delayMs;
        if (delayMs > 0) await wait(delayMs, undefined, { ref: false });
        response.type('application/timestamp-reply').send(this.answer(request.body));
      }),
    );
    return router;
  }

  private answer(request: unknown): Buffer {
    if (this.fault === 'garbage') return Buffer.from('no answer at all');
    if (this.fault === 'rejected') return reject('systemFailure');
    const asked = requestIn(request);
    if (!asked) return reject('badRequest');
    if (hashSizes.get(asked.hashType) !== asked.hash.length) return reject('badAlg');
    if (asked.policy !== undefined && asked.policy !== policy) return reject('unacceptedPolicy');
    const answer = this.timestamp(asked);
    return this.encoding === 'BER' ? inBer(answer) : answer;
  }

  private timestamp(asked: TimestampAsked): Buffer {
    const { fault } = this;
    const { certificate, privateKey } = this.unit();
    return grant({
      asked: {
        ...asked,
        ...(fault === 'wrong-imprint' && { hash: randomBytes(asked.hash.length) }),
        ...(fault === 'wrong-nonce' && { nonce: randomBytes(8).fill(1, 0, 1) }),
        ...(fault === 'no-certificate' && { wantsCertificate: false }),
      },
      policy: fault === 'wrong-policy' ? '1.2.3.4.5' : policy,
      certificate,
      privateKey: fault === 'wrong-signer' ? this.issueUnit().privateKey : privateKey,
      time: new Date(this.clock() - (fault === 'old-time' ? day : 0)),
    });
  }

  private unit(): IssuedCertificate {
    const { fault, pki } = this;
    if (fault === 'other-ca') {
      return this.issueUnit({ issuer: pki.issueAuthority({ subject: pki.timestampAuthority.subject }) });
    }
    if (fault === 'not-for-timestamps') return this.issueUnit({ extendedKeyUsage: [emailProtection] });
    if (fault === 'expired-unit') return this.issueUnit({ notAfter: new Date(this.clock() - hour) });
    return pki.timestampUnit;
  }

  private issueUnit(overrides?: Parameters<typeof issueUnitCertificate>[2]): IssuedCertificate {
    return issueUnitCertificate(this.pki.timestampAuthority, this.clock(), overrides);
  }
}

/** Undefined when it is none: with another content type the body is no bytes. */
function requestIn(body: unknown): TimestampAsked | undefined {
  if (!(body instanceof Uint8Array)) return undefined;
  try {
    return readTimestampRequest(body);
  } catch {
    return undefined;
  }
}
