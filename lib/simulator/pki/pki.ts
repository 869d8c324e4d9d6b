/**
 * The simulator's own public key infrastructure, made anew at every start: nothing it signs can be mistaken for the
 * real service's. RP API 3.2.3, "Certificate chains" and "Certificate profiles".
 */
import type { KeyObject } from 'node:crypto';
import {
  type Authority,
  type AuthorityKeys,
  type AuthorityOverrides,
  authorityName,
  issueAuthority,
  olderAuthorityName,
} from './authority.js';
import { type IssuedCertificate, toPem } from './certificate.js';
import type { DistinguishedName } from './names.js';
import { issueUnitCertificate } from './unit-certificate.js';
import { issueUserCertificate, type UserCertificateOverrides } from './user-certificate.js';

/** The CAs of a simulator and what they issue. */
export interface SimulatedPki {
  /** The root, which issues the authorities. */
  root: Authority;
  /** Those that issue the certificates of accounts. */
  authorities: {
    /** `EID-Q E`: qualified, P-384. Issues the certificates of most accounts. */
    qualified: Authority;
    /** `EID-Q R`: qualified, RSA. Issues those of the older profile. */
    qualifiedRsa: Authority;
    /** `EID-NQ E`: not qualified, P-384. */
    nonQualified: Authority;
  };
  /** `TSA CA`: issues the certificates of timestamp units, and no person's. */
  timestampAuthority: Authority;
  /** The unit that signs the simulator's timestamps. */
  timestampUnit: IssuedCertificate;
  /** PEM of all authorities that issue certificates of accounts. */
  trustAnchors: string;
  /** A user certificate as the named account would get it, except for what the overrides say. */
  issueUserCertificate(overrides?: UserCertificateOverrides): IssuedCertificate;
  /** An authority of its own, which nobody trusts; or, with `issuer: pki.root`, one under the same root. */
  issueAuthority(overrides?: AuthorityOverrides): IssuedCertificate;
}

/** `origin` is where the simulator listens: certificates point to addresses below it. */
export function createPki(origin: string, keys: AuthorityKeys, clock: () => number): SimulatedPki {
  const practiceStatementUrl = `${origin}/practice-statement`;
  const root: Authority = {
    ...issueAuthority(clock(), {
      subject: olderAuthorityName('Simulated ROOT G1E'),
      privateKey: keys.root,
      basicConstraints: { ca: true },
    }),
    id: 'root',
    ...addressesOf('root', origin),
  };
  const publish = (id: string, subject: DistinguishedName, privateKey: KeyObject, year: 2021 | 2024): Authority => ({
    ...issueAuthority(
      clock(),
      { subject, issuer: root, privateKey },
      { ...addressesOf(root.id, origin), practiceStatementUrl, year },
    ),
    id,
    ...addressesOf(id, origin),
  });
  const authorities = {
    qualified: publish('eid-q-e', authorityName('Simulated EID-Q 2024E'), keys.qualified, 2024),
    qualifiedRsa: publish('eid-q-r', authorityName('Simulated EID-Q 2024R'), keys.qualifiedRsa, 2024),
    nonQualified: publish('eid-nq-e', olderAuthorityName('Simulated EID-NQ 2021E'), keys.nonQualified, 2021),
  };
  const timestampAuthority = publish('tsa-ca', authorityName('Simulated TSA CA 2023E'), keys.timestamps, 2024);
  const surroundings = { authorities, practiceStatementUrl, conditionsUrl: `${origin}/conditions-for-use` };
  return {
    root,
    authorities,
    timestampAuthority,
    timestampUnit: issueUnitCertificate(timestampAuthority, clock()),
    trustAnchors: Object.values(authorities)
      .map((authority) => toPem(authority.certificate))
      .join(''),
    issueUserCertificate: (overrides) => issueUserCertificate({ ...surroundings, now: clock() }, overrides),
    issueAuthority: (overrides) => issueAuthority(clock(), overrides),
  };
}

/** Of an authority, as the certificates below it name them. */
function addressesOf(id: string, origin: string): Pick<Authority, 'caIssuersUrl' | 'ocspUrl' | 'crlUrl'> {
  return {
    caIssuersUrl: `${origin}/ca/${id}.der.crt`,
    ocspUrl: `${origin}/ocsp/${id}`,
    crlUrl: `${origin}/crl/${id}.crl`,
  };
}
