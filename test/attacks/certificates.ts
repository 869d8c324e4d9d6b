/** Certificates in otherwise genuine answers: changed, joined from two, or genuinely issued with something wrong in them. */

import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import type { DistinguishedName, Simulator, UserCertificateOverrides } from '../../lib/simulator/index.js';
import { type GenuineInput, genuineAuthentication } from '../support/authentication.js';
import { certificateOf, withCertificate } from '../support/genuine.js';
import { type Attack, tryEach } from './attack.js';
import { refusedBy } from './judge.js';
import { mutatedDer } from './mutations.js';

/** One of each kind: a P-384 authority with the current profile, and an RSA authority with the older one. */
const documentNumbers = ['PNOEE-40404040009-MOCK-Q', 'PNOLV-040404-10003-DEMO-Q'];

/** The key that signed the answer stays the one in the certificate unless the change meets it. */
export const mutatedCertificates: Attack = {
  name: 'mutated certificates',
  tries: 30_000,
  async run({ simulator, report, ...wish }) {
    const inputs: GenuineInput[] = [];
    for (const documentNumber of documentNumbers)
      inputs.push(await genuineAuthentication(simulator, { documentNumber }));
    const all = [...inputs.map(certificateOf), simulator.pki.authorities.qualified.certificate];
    const bases = inputs.map((input) => mutatedDer(certificateOf(input), all).map((changed) => ({ input, changed })));
    await tryEach(fc.oneof(...bases), wish, async ({ input, changed }) => {
      report(await refusedBy(withCertificate(input, changed)), () => changed.toString('base64'));
    });
  },
};

const day = 86_400_000;
const policies = ['1.3.6.1.4.1.10015.17.2', '0.4.0.2042.1.2', '1.3.6.1.4.1.10015.17.1', '0.4.0.2042.1.1'];
const otherPolicies = ['1.3.6.1.4.1.10015.3.17.2', '0.4.0.194112.1.2', '2.5.29.32.0', '1.3.6.1.4.1.10015.17.20'];

/** Something about a certificate that must refuse it, whatever else is right. */
function wrongInOneWay({ pki }: Simulator): fc.Arbitrary<UserCertificateOverrides> {
  const [qualified, etsi] = policies as [string, string];
  const authority = pki.authorities.qualified;
  return fc.oneof<fc.Arbitrary<UserCertificateOverrides>[]>(
    fc.record({
      notAfter: fc.integer({ min: 1000, max: 300 * day }).map((ago) => new Date(Date.now() - ago)),
      notBefore: fc.constant(new Date(Date.now() - 400 * day)),
    }),
    fc.record({ notBefore: fc.integer({ min: day, max: 300 * day }).map((hence) => new Date(Date.now() + hence)) }),
    // Not both of those that state a level.
    fc
      .subarray([...policies, ...otherPolicies])
      .filter((some) => !some.includes(qualified) || !some.includes(etsi))
      .map((certificatePolicies) => ({ certificatePolicies })),
    fc
      .subarray([
        'nonRepudiation',
        'keyEncipherment',
        'dataEncipherment',
        'keyAgreement',
        'keyCertSign',
        'cRLSign',
      ] as const)
      .map((keyUsage) => ({ keyUsage })),
    fc
      .subarray([
        '1.3.6.1.5.5.7.3.1',
        '1.3.6.1.5.5.7.3.2',
        '1.3.6.1.5.5.7.3.9',
        '2.5.29.37.0',
        '1.3.6.1.4.1.62306.5.7.1',
      ])
      .map((extendedKeyUsage) => ({ extendedKeyUsage })),
    fc.constantFrom({ ca: true }, { ca: true, pathLength: 0 }).map((basicConstraints) => ({ basicConstraints })),
    fc.tuple(fc.nat(99), fc.uint8Array({ maxLength: 20 })).map(([arc, value]) => ({
      extraExtensions: [{ oid: `1.2.3.${arc}`, critical: true, value: Buffer.from(value) }],
    })),
    fc
      .constantFrom(
        'PNOEE-40404040009-AAAA-Q',
        'PNOEE-40404040009',
        'PNOLT-40404040009-MOCK-Q',
        ' PNOEE-40404040009-MOCK-Q',
      )
      .map((documentNumber) => ({ documentNumber })),
    fc
      .constantFrom(
        'PNOEE-40404040008',
        'PNOEE-4040404000',
        'PNOLT-40404040009',
        'PNOEE-40404040009-MOCK',
        'pnoee-40404040009',
        undefined,
      )
      .map((identifier) => ({ subject: subjectWith(identifier) })),
    fc.constant({ signatureHash: 'sha1' } as const),
    fc
      .constantFrom(
        { ...authority, privateKey: generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey },
        { ...authority, subject: pki.root.subject },
        pki.root,
        pki.issueAuthority({ subject: authority.subject }),
        pki.issueUserCertificate(),
      )
      .map((issuer) => ({ issuer })),
  );
}

/** Without an identifier of its own, but with the code in the CN. */
function subjectWith(identifier: string | undefined): DistinguishedName {
  const subject: DistinguishedName = [
    ['country', 'EE'],
    ['commonName', 'TESTNUMBER,OK,PNOEE-40404040009'],
    ['surname', 'TESTNUMBER'],
    ['givenName', 'OK'],
  ];
  return identifier === undefined ? subject : [...subject, ['serialNumber', identifier]];
}

/** Things that may differ from one genuine certificate to the next. */
function rightInAnyWay(): fc.Arbitrary<UserCertificateOverrides> {
  return fc.record<UserCertificateOverrides>(
    {
      dateOfBirth: fc.constantFrom(null, '1904-04-04', '2001-01-01'),
      signatureHash: fc.constantFrom('sha256', 'sha384', 'sha512'),
      documentNumber: fc.constant(null),
      crlUrl: fc.constant(null),
      caIssuersUrl: fc.constant(null),
    },
    { requiredKeys: [] },
  );
}

/** Signed by the authority itself, with the very key that signed the answer. */
export const wrongCertificates: Attack = {
  name: 'certificates of the CA with something wrong in them',
  tries: 1_000,
  async run({ simulator, report, ...wish }) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const [documentNumber = ''] = documentNumbers;
    const { certificate } = simulator.pki.issueUserCertificate({ privateKey });
    simulator.useCertificate(documentNumber, { certificate, privateKey });
    const input = await genuineAuthentication(simulator, { documentNumber });
    await tryEach(fc.tuple(rightInAnyWay(), wrongInOneWay(simulator)), wish, async ([right, wrong]) => {
      const overrides = { ...right, ...wrong, privateKey };
      const changed = simulator.pki.issueUserCertificate(overrides).certificate;
      report(await refusedBy({ ...withCertificate(input, changed), now: Date.now() }), () =>
        JSON.stringify({ ...right, ...wrong }),
      );
    });
  },
};
