/**
 * The simulator's own public key infrastructure, made anew at every start: nothing it signs can be mistaken for the
 * real service's. RP API 3.2.3, "Certificate chains" and "Certificate profiles".
 */
import {
  type Authority,
  type AuthorityKeys,
  type AuthorityOverrides,
  authorityName,
  issueAuthority,
} from './authority.js';
import { type IssuedCertificate, toPem } from './certificate.js';
import { issueUserCertificate, type UserCertificateOverrides } from './user-certificate.js';

/** The CAs of a simulator and what they issue. */
export interface SimulatedPki {
  /** The root, which issues the authorities. */
  root: IssuedCertificate;
  /** Those that issue the certificates of accounts. */
  authorities: {
    /** `EID-Q E`: qualified, P-384. Issues the certificates of most accounts. */
    qualified: Authority;
    /** `EID-Q R`: qualified, RSA. Issues those of the older profile. */
    qualifiedRsa: Authority;
    /** `EID-NQ E`: not qualified, P-384. */
    nonQualified: Authority;
  };
  /** PEM of all issuing authorities, without the root. */
  trustAnchors: string;
  /** A user certificate as the named account would get it, except for what the overrides say. */
  issueUserCertificate(overrides?: UserCertificateOverrides): IssuedCertificate;
  /** An authority of its own, which nobody trusts; or, with `issuer: pki.root`, one under the same root. */
  issueAuthority(overrides?: AuthorityOverrides): IssuedCertificate;
}

/** `origin` is where the simulator listens: certificates point to addresses below it. */
export function createPki(origin: string, keys: AuthorityKeys, clock: () => number): SimulatedPki {
  const root = issueAuthority(clock(), {
    subject: authorityName('Simulated ROOT 2024E'),
    privateKey: keys.root,
    basicConstraints: { ca: true },
  });
  const publish = (id: string, commonName: string, privateKey: Authority['privateKey']): Authority => ({
    ...issueAuthority(clock(), { subject: authorityName(commonName), issuer: root, privateKey }),
    id,
    caIssuersUrl: `${origin}/ca/${id}.der.crt`,
    ocspUrl: `${origin}/ocsp/${id}`,
    crlUrl: `${origin}/crl/${id}.crl`,
  });
  const authorities = {
    qualified: publish('eid-q-e', 'Simulated EID-Q 2024E', keys.qualified),
    qualifiedRsa: publish('eid-q-r', 'Simulated EID-Q 2024R', keys.qualifiedRsa),
    nonQualified: publish('eid-nq-e', 'Simulated EID-NQ 2024E', keys.nonQualified),
  };
  const practiceStatementUrl = `${origin}/practice-statement`;
  return {
    root,
    authorities,
    trustAnchors: Object.values(authorities)
      .map((authority) => toPem(authority.certificate))
      .join(''),
    issueUserCertificate: (overrides) =>
      issueUserCertificate({ authorities, practiceStatementUrl, now: clock() }, overrides),
    issueAuthority: (overrides) => issueAuthority(clock(), overrides),
  };
}
