import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { ObjectIdentifier } from 'asn1js';
import { expect } from 'chai';
import { type Certificate, parseCertificate } from '../../lib/trust/certificate.js';
import { tags } from '../../lib/trust/der.js';
import { RevocationChecker } from '../../lib/trust/revocation/revocation.js';
import { type CertificateContext, certificateChecks } from '../../lib/verify/certificate-checks.js';
import { runChecks } from '../../lib/verify/check.js';
import {
  extension,
  extensionsOf,
  handmadeAuthority,
  handmadeCertificate,
  nameOf,
  newKeys,
} from '../support/handmade.js';
import { der, hexOf } from '../support/hex-der.js';

const { sequence, set, utf8String } = tags;
const caKeys = newKeys();
const anchor = parseCertificate(handmadeAuthority(caKeys));
const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

const attribute = (type: string, value: string) =>
  der(set, der(sequence, type, der(utf8String, hexOf(Buffer.from(value)))));
const subject = der(
  sequence,
  attribute('0603550406', 'EE'),
  attribute('0603550404', 'TESTNUMBER'),
  attribute('060355042a', 'OK'),
  attribute('0603550405', 'PNOEE-30303039914'),
);
const oid = (value: string) => hexOf(new Uint8Array(new ObjectIdentifier({ value }).toBER(false)));
const oids = {
  smartIdQualified: oid('1.3.6.1.4.1.10015.17.2'),
  smartIdAdvanced: oid('1.3.6.1.4.1.10015.17.1'),
  demoQualified: oid('1.3.6.1.4.1.10015.3.17.2'),
  ncpQualified: oid('0.4.0.2042.1.2'),
  ncpAdvanced: oid('0.4.0.2042.1.1'),
  authentication: oid('1.3.6.1.4.1.62306.5.7.0'),
};
const policies = (...all: string[]) => extension('0603551d20', der(sequence, ...all.map((one) => der(sequence, one))));
const qualified = policies(oids.smartIdQualified, oids.ncpQualified);
const advanced = policies(oids.smartIdAdvanced, oids.ncpAdvanced);
const keyUsage = extension('0603551d0f', '03020780', true);
const purpose = extension('0603551d25', der(sequence, oids.authentication));
const directoryName = (documentNumber: string) =>
  extension('0603551d11', der(sequence, der(0xa4, nameOf(documentNumber))));

interface Wish {
  extensions?: string[];
  key?: KeyObject;
  value?: string;
  answered?: string;
  context?: Partial<CertificateContext>;
}

describe('The checks of a certificate', () => {
  const documentNumber = 'PNOEE-30303039914-MOCK-Q';

  /** The context after the checks, or the message of the one that refuses. */
  async function run({ extensions = [qualified, keyUsage, purpose], key = publicKey, ...wish }: Wish = {}) {
    const bytes = handmadeCertificate(key, caKeys.privateKey, { subject, extensions: extensionsOf(...extensions) });
    const context: CertificateContext = {
      trustAnchors: { certificates: [anchor] },
      revocation: new RevocationChecker('off', () => Promise.reject(new Error('No network.'))),
      now: Date.now(),
      session: { certificateLevel: 'QUALIFIED' },
      cert: {
        value: wish.value ?? Buffer.from(bytes).toString('base64'),
        certificateLevel: wish.answered ?? 'QUALIFIED',
      },
      documentNumber,
      ...wish.context,
    };
    await runChecks(certificateChecks('authentication'), context);
    return context;
  }
  const refusal = (wish: Wish) =>
    run(wish).then(
      () => undefined,
      ({ message }: Error) => message,
    );

  it('have names in the order they run', () => {
    expect(certificateChecks('signature').map(({ name }) => name)).to.deep.equal([
      'certificate',
      'certificate-path',
      'revocation',
      'certificate-profile',
      'certificate-level',
      'identity',
      'document-number',
      'expected-signer',
    ]);
  });

  it('establish the certificate, its path, its level and whose it is', async () => {
    const { certificate, path, level, identity } = await run();
    expect(path?.[0]).to.equal(certificate);
    expect(path?.[1] === anchor).to.equal(true);
    expect(level).to.equal('QUALIFIED');
    expect(identity).to.include({ semanticsIdentifier: 'PNOEE-30303039914', surname: 'TESTNUMBER', givenName: 'OK' });
  });

  const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey;
  for (const [message, wish] of [
    ['certificate: it is not Base64, or too long', { value: 'AAAA ' }],
    ['certificate: it is not Base64, or too long', { value: '' }],
    ['certificate: the answer cannot be checked', { value: 'AAAA' }],
    ['certificate-path: it is not signed by a trust anchor', { context: { trustAnchors: { certificates: [] } } }],
    ['certificate-profile: its key is not an RSA key of at least 2048 bits', { key: small }],
    [
      'certificate-profile: its key usage is not that of Smart-ID authentication',
      { extensions: [qualified, keyUsage] },
    ],
    [
      'certificate-profile: its policies or statements are not those of Smart-ID authentication',
      { extensions: [keyUsage, purpose] },
    ],
    [
      'certificate-profile: its policies or statements are not those of Smart-ID authentication',
      { extensions: [policies(oids.demoQualified, oids.ncpQualified), keyUsage, purpose] },
    ],
    ['certificate-profile: it states another level than the answer', { answered: 'ADVANCED' }],
    ['certificate-profile: it states another level than the answer', { answered: 'QSCD' }],
    [
      'certificate-level: there is no such level as the one asked for',
      { context: { session: { certificateLevel: 'OTHER' as 'QSCD' } } },
    ],
    [
      'certificate-level: its level is below the one asked for',
      { extensions: [advanced, keyUsage, purpose], answered: 'ADVANCED' },
    ],
    ['document-number: there is none', { context: { documentNumber: undefined } }],
    ['document-number: there is none', { context: { documentNumber: '' } }],
    [
      "document-number: it is not one of the certificate's subject",
      { context: { documentNumber: 'PNOEE-30303039915-MOCK-Q' } },
    ],
    [
      'document-number: it is not the one in the certificate',
      { extensions: [qualified, keyUsage, purpose, directoryName('PNOEE-30303039914-OTHR-Q')] },
    ],
    [
      'expected-signer: the session was for somebody else',
      {
        context: {
          session: { certificateLevel: 'QUALIFIED', expected: { documentNumber: 'PNOEE-30303039914-OTHR-Q' } },
        },
      },
    ],
    [
      'expected-signer: the session was for somebody else',
      {
        context: { session: { certificateLevel: 'QUALIFIED', expected: { semanticsIdentifier: 'PNOEE-30303039915' } } },
      },
    ],
  ] as [string, Wish][]) {
    it(`refuse with the reason: ${message}`, async () => {
      expect(await refusal(wish)).to.equal(message);
    });
  }

  it('refuse a certificate for signatures that is not one, by the same reasons', async () => {
    const context = (certificate: Certificate) => ({ certificate }) as CertificateContext;
    const [, , , profile] = certificateChecks('signature');
    const read = (...extensions: string[]) =>
      parseCertificate(
        handmadeCertificate(publicKey, caKeys.privateKey, { subject, extensions: extensionsOf(...extensions) }),
      );
    expect(await profile?.refuse(context(read(qualified, keyUsage)))).to.equal(
      'its key usage is not that of Smart-ID signatures',
    );
    expect(await profile?.refuse(context(read(qualified, extension('0603551d0f', '03020640'))))).to.equal(
      'its policies or statements are not those of Smart-ID signatures',
    );
  });

  for (const [what, wish] of [
    [
      'of the demo environment where that is allowed',
      {
        extensions: [policies(oids.demoQualified, oids.ncpQualified), keyUsage, purpose],
        context: { acceptDemoPolicies: true },
      },
    ],
    ['of a higher level than the one asked for', { context: { session: { certificateLevel: 'ADVANCED' } } }],
    ['that names the document', { extensions: [qualified, keyUsage, purpose, directoryName(documentNumber)] }],
    [
      'of the document that was expected',
      { context: { session: { certificateLevel: 'QUALIFIED', expected: { documentNumber } } } },
    ],
    [
      'of the person who was expected',
      {
        context: { session: { certificateLevel: 'QUALIFIED', expected: { semanticsIdentifier: 'PNOEE-30303039914' } } },
      },
    ],
  ] as [string, Wish][]) {
    it(`take a certificate ${what}`, async () => {
      expect(await refusal(wish)).to.equal(undefined);
    });
  }
});
