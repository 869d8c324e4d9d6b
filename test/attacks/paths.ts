/** Certificates for which there is no path to a trust anchor, and CAs that must not be one: one for each way to be wrong. */

import { BitString } from 'asn1js';
import { AlgorithmIdentifier, Certificate } from 'pkijs';
import { SmartIdInputError } from '../../lib/shared/errors.js';
import type { AuthorityOverrides, IssuedCertificate, SimulatedPki } from '../../lib/simulator/index.js';
import { loadTrustAnchors, type TrustAnchors } from '../../lib/trust/anchors.js';
import { parseCertificate } from '../../lib/trust/certificate.js';
import { buildPath, type PathResult } from '../../lib/trust/path.js';
import type { Attack } from './attack.js';

const year = 365 * 86_400_000;

/** What somebody shows, and the circumstances where they are not the usual ones. */
export interface Shown {
  certificate: Buffer;
  now?: number;
  /** Trust anchors in place of the simulator's, also such as nobody could configure. */
  anchors?: Buffer[];
}

/** What is wrong, what the refusal says of it, and how it is made. */
export const badPaths: [what: string, reason: RegExp, make: (pki: SimulatedPki) => Shown][] = [
  [
    'an expired certificate',
    /expired/,
    ({ issueUserCertificate }) => issueUserCertificate({ notAfter: new Date(Date.now() - 1000) }),
  ],
  [
    'a certificate that is not valid yet',
    /not valid yet/,
    ({ issueUserCertificate }) => issueUserCertificate({ notBefore: new Date(Date.now() + 60_000) }),
  ],
  [
    'an anchor that has expired meanwhile',
    /expired/,
    ({ issueUserCertificate }) => ({
      ...issueUserCertificate({ notAfter: new Date(Date.now() + 40 * year) }),
      now: Date.now() + 30 * year,
    }),
  ],
  [
    'an issuer with the right name and another key',
    /not signed by a trust anchor/,
    ({ authorities: { qualified }, ...pki }) =>
      pki.issueUserCertificate({ issuer: pki.issueAuthority({ subject: qualified.subject }) }),
  ],
  [
    'an issuer with the right name and key identifier and another key',
    /not signed by a trust anchor/,
    ({ authorities: { qualified }, ...pki }) => {
      const issuer = { ...pki.issueAuthority({ subject: qualified.subject }), keyIdentifier: qualified.keyIdentifier };
      return pki.issueUserCertificate({ issuer });
    },
  ],
  [
    'an issuer with the right key and another name',
    /not signed by a trust anchor/,
    ({ authorities: { qualified }, ...pki }) =>
      pki.issueUserCertificate({ issuer: { ...qualified, subject: pki.root.subject } }),
  ],
  [
    'an issuer under the same root that is no anchor',
    /not signed by a trust anchor/,
    (pki) => pki.issueUserCertificate({ issuer: pki.issueAuthority({ issuer: pki.root }) }),
  ],
  [
    'an issuer below an anchor that is none itself',
    /not signed by a trust anchor/,
    (pki) => pki.issueUserCertificate({ issuer: pki.issueAuthority({ issuer: pki.authorities.qualified }) }),
  ],
  [
    'an issuer without basicConstraints of a CA',
    /not signed by a trust anchor/,
    (pki) => pki.issueUserCertificate({ issuer: posingAsAnchor(pki, { basicConstraints: { ca: false } }) }),
  ],
  [
    'an issuer without keyCertSign',
    /not signed by a trust anchor/,
    (pki) => pki.issueUserCertificate({ issuer: posingAsAnchor(pki, { keyUsage: ['digitalSignature'] }) }),
  ],
  [
    "somebody's own certificate as the issuer",
    /not signed by a trust anchor/,
    (pki) => pki.issueUserCertificate({ issuer: pki.issueUserCertificate() }),
  ],
  ...(
    [
      ['no basicConstraints of a CA', (pki) => pki.issueAuthority({ basicConstraints: { ca: false } })],
      ['no keyCertSign', (pki) => pki.issueAuthority({ keyUsage: ['digitalSignature'] })],
      ['the certificate of a person', (pki) => pki.issueUserCertificate()],
    ] satisfies [string, (pki: SimulatedPki) => IssuedCertificate][]
  ).map(([what, issue]): (typeof badPaths)[number] => [
    `an issuer with ${what}, even if it were an anchor`,
    /./,
    (pki) => {
      const issuer = issue(pki);
      return { ...pki.issueUserCertificate({ issuer }), anchors: [issuer.certificate] };
    },
  ]),
  ['a self-signed certificate', /not signed by a trust anchor/, ({ issueAuthority }) => issueAuthority()],
  [
    'a self-signed certificate that says it is no CA',
    /not signed by a trust anchor/,
    ({ issueAuthority }) => issueAuthority({ basicConstraints: { ca: false }, keyUsage: ['digitalSignature'] }),
  ],
  [
    'an anchor in place of a user certificate',
    /not signed by a trust anchor/,
    ({ authorities }) => authorities.qualified,
  ],
  [
    'a user certificate that says it is a CA',
    /^it is the certificate of a CA$/,
    ({ issueUserCertificate }) => issueUserCertificate({ basicConstraints: { ca: true } }),
  ],
  ['a weak hash', /not strong enough/, ({ issueUserCertificate }) => issueUserCertificate({ signatureHash: 'sha1' })],
  [
    'a weak hash of an RSA authority',
    /not strong enough/,
    ({ authorities, issueUserCertificate }) =>
      issueUserCertificate({ issuer: authorities.qualifiedRsa, signatureHash: 'sha1' }),
  ],
  [
    'two names for the signature algorithm',
    /two signature algorithms differ/,
    ({ issueUserCertificate }) => {
      const parsed = Certificate.fromBER(new Uint8Array(issueUserCertificate().certificate));
      parsed.signatureAlgorithm = new AlgorithmIdentifier({ algorithmId: '1.2.840.10045.4.3.2' });
      return { certificate: Buffer.from(parsed.toSchema(false).toBER(false)) };
    },
  ],
  [
    'a critical extension that nobody knows',
    /1\.2\.3\.4\.5/,
    ({ issueUserCertificate }) =>
      issueUserCertificate({
        extraExtensions: [{ oid: '1.2.3.4.5', critical: true, value: Buffer.from('0500', 'hex') }],
      }),
  ],
  [
    'an extension that comes twice',
    /twice/,
    ({ issueUserCertificate }) =>
      issueUserCertificate({
        extraExtensions: [{ oid: '2.5.29.15', critical: true, value: Buffer.from('03020780', 'hex') }],
      }),
  ],
  [
    'bytes behind the signature, in its own field',
    /not signed by a trust anchor/,
    ({ issueUserCertificate }) => {
      const { certificate } = issueUserCertificate();
      const parsed = Certificate.fromBER(new Uint8Array(certificate));
      const signature = Buffer.from(parsed.signatureValue.valueBlock.valueHexView);
      parsed.signatureValue = new BitString({
        valueHex: new Uint8Array(Buffer.concat([signature, Buffer.from('more')])),
      });
      return { certificate: Buffer.from(parsed.toSchema(false).toBER(false)) };
    },
  ],
  [
    'an anchor of the other environment',
    /not signed by a trust anchor/,
    (pki) => ({ ...pki.issueUserCertificate(), anchors: [pki.issueAuthority().certificate] }),
  ],
  [
    'only the root as an anchor, because nothing else is looked for',
    /not signed by a trust anchor/,
    (pki) => ({ ...pki.issueUserCertificate(), anchors: [pki.root.certificate] }),
  ],
  [
    'a certificate that names itself as its issuer',
    /not signed by a trust anchor/,
    (pki) => {
      const { subject, privateKey, keyIdentifier } = pki.issueUserCertificate();
      return pki.issueUserCertificate({ subject, issuer: { subject, privateKey, keyIdentifier } });
    },
  ],
  [
    'issuers that lead in a circle',
    /not signed by a trust anchor/,
    (pki) => {
      const [one, two] = [pki.issueAuthority(named('One')), pki.issueAuthority(named('Two'))];
      const oneByTwo = pki.issueAuthority({ ...one, issuer: two });
      const twoByOne = pki.issueAuthority({ ...two, issuer: one });
      const impostor = pki.issueAuthority({ subject: one.subject });
      const { certificate } = pki.issueUserCertificate({ issuer: { ...impostor, keyIdentifier: one.keyIdentifier } });
      return { certificate, anchors: [oneByTwo.certificate, twoByOne.certificate] };
    },
  ],
];

function named(commonName: string): AuthorityOverrides {
  return { subject: [['commonName', commonName]] };
}

/** A certificate with the name and key identifier of an anchor, issued by the root that issued the anchor. */
function posingAsAnchor(pki: SimulatedPki, overrides: AuthorityOverrides): IssuedCertificate {
  const { subject, keyIdentifier } = pki.authorities.qualified;
  return { ...pki.issueAuthority({ subject, issuer: pki.root, ...overrides }), keyIdentifier };
}

/** CAs that nobody may configure, and what the refusal says. */
export const badAnchors: [what: string, reason: RegExp, overrides: AuthorityOverrides][] = [
  ['has no basicConstraints of a CA', /is not one/, { basicConstraints: { ca: false } }],
  ['may not sign certificates', /may not sign/, { keyUsage: ['cRLSign'] }],
  ['has expired', /which expired on/, { notAfter: new Date(Date.now() - 1000) }],
  ['is not valid yet', /is valid from/, { notBefore: new Date(Date.now() + 86_400_000) }],
];

export function pathFor({ certificate, now = Date.now(), anchors }: Shown, usual: TrustAnchors): PathResult {
  return buildPath(
    parseCertificate(certificate),
    anchors ? { certificates: anchors.map(parseCertificate) } : usual,
    now,
  );
}

export const hostilePaths: Attack = {
  name: 'certificates without a path',
  async run({ simulator: { pki }, report }) {
    const usual = loadTrustAnchors(pki.trustAnchors, Date.now());
    for (const [what, , make] of badPaths) {
      const result = await pathFor(make(pki), usual);
      report('refusal' in result ? 'certificate-path' : undefined, () => what);
    }
    for (const [what, , overrides] of badAnchors) {
      report(refusedAsAnchor(pki.issueAuthority(overrides).certificate), () => `a trust anchor that ${what}`);
    }
    report(refusedAsAnchor(pki.issueUserCertificate().certificate), () => 'a user certificate as trust anchor');
  },
};

function refusedAsAnchor(certificate: Buffer): string | undefined {
  try {
    loadTrustAnchors(certificate, Date.now());
    return undefined;
  } catch (error) {
    if (error instanceof SmartIdInputError) return error.field;
    throw error;
  }
}
