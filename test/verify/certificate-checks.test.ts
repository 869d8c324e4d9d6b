import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { ObjectIdentifier } from 'asn1js';
import { expect } from 'chai';
import type { CertificateLevel } from '../../lib/protocol/algorithms.js';
import { type Certificate, maxCertificateBytes, parseCertificate } from '../../lib/trust/certificate.js';
import { tags } from '../../lib/trust/der.js';
import { RevocationChecker } from '../../lib/trust/revocation/revocation.js';
import {
  type AnsweredCertificate,
  checkCertificate,
  type ExpectedSigner,
  forAuthentication,
  forSignatures,
} from '../../lib/verify/certificate-checks.js';
import type { TrustInput } from '../../lib/verify/trust-input.js';
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
  documentNumber?: string | undefined;
  asked?: { certificateLevel?: CertificateLevel; expected?: ExpectedSigner };
  trust?: Partial<TrustInput>;
}

describe('The checks of a certificate', () => {
  const documentNumber = 'PNOEE-30303039914-MOCK-Q';
  const noNetwork = () => Promise.reject(new Error('No network.'));

  function answered({ extensions = [qualified, keyUsage, purpose], key = publicKey, ...wish }: Wish = {}) {
    const bytes = handmadeCertificate(key, caKeys.privateKey, { subject, extensions: extensionsOf(...extensions) });
    return {
      cert: {
        value: wish.value ?? Buffer.from(bytes).toString('base64'),
        certificateLevel: wish.answered ?? 'QUALIFIED',
      },
      documentNumber: 'documentNumber' in wish ? wish.documentNumber : documentNumber,
      asked: { certificateLevel: 'QUALIFIED', ...wish.asked },
      trust: {
        trustAnchors: { certificates: [anchor] },
        revocation: new RevocationChecker('off', noNetwork),
        now: Date.now(),
        ...wish.trust,
      },
    } satisfies Omit<AnsweredCertificate<CertificateLevel>, 'purpose'>;
  }
  const run = (wish?: Wish) => checkCertificate({ ...answered(wish), purpose: forAuthentication });
  const refusal = (wish: Wish) =>
    run(wish).then(
      () => undefined,
      ({ message }: Error) => message,
    );

  it('establish the certificate, its level, its document and whose it is', async () => {
    const wish = answered();
    const { certificate, level, identity, ...found } = await checkCertificate({ ...wish, purpose: forAuthentication });
    expect(certificate.node.raw.toString('base64')).to.equal(wish.cert.value);
    expect(level).to.equal('QUALIFIED');
    expect(identity).to.include({ semanticsIdentifier: 'PNOEE-30303039914', surname: 'TESTNUMBER', givenName: 'OK' });
    expect(found).to.deep.equal({ documentNumber });
  });

  it('revocation: is asked about the path from the certificate to its anchor, at the time of the verification', async () => {
    const asked: unknown[][] = [];
    const revocation = new RevocationChecker('ocsp', noNetwork);
    revocation.refuse = async (...args) => {
      asked.push(args);
      return undefined;
    };
    const now = Date.now() - 1000;
    const { certificate } = await run({ trust: { revocation, now } });
    expect(asked).to.have.length(1);
    const [[path, time] = []] = asked;
    expect(path).to.have.length(2);
    expect((path as Certificate[])[0]).to.equal(certificate);
    expect((path as Certificate[])[1] === anchor).to.equal(true);
    expect(time).to.equal(now);
  });

  const maxBase64 = Math.ceil(maxCertificateBytes / 3) * 4;
  const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey;
  for (const [message, wish] of [
    ['certificate: it is not Base64, or too long', { value: 'AAAA ' }],
    ['certificate: it is not Base64, or too long', { value: '' }],
    ['certificate: it is not Base64, or too long', { value: 'A'.repeat(maxBase64 + 4) }],
    ['certificate: the answer cannot be checked', { value: 'A'.repeat(maxBase64) }],
    ['certificate: the answer cannot be checked', { value: 'AAAA' }],
    ['certificate-path: it is not signed by a trust anchor', { trust: { trustAnchors: { certificates: [] } } }],
    [
      'revocation: neither OCSP nor a CRL says whether a certificate of the path is revoked',
      { trust: { revocation: new RevocationChecker('ocsp', () => Promise.reject(new Error('No network.'))) } },
    ],
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
      { asked: { certificateLevel: 'OTHER' as CertificateLevel } },
    ],
    [
      'certificate-level: its level is below the one asked for',
      { extensions: [advanced, keyUsage, purpose], answered: 'ADVANCED' },
    ],
    ['document-number: there is none', { documentNumber: undefined }],
    ['document-number: there is none', { documentNumber: '' }],
    ["document-number: it is not one of the certificate's subject", { documentNumber: 'PNOEE-30303039915-MOCK-Q' }],
    [
      'document-number: it is not the one in the certificate',
      { extensions: [qualified, keyUsage, purpose, directoryName('PNOEE-30303039914-OTHR-Q')] },
    ],
    [
      'expected-signer: the session was for somebody else',
      { asked: { expected: { documentNumber: 'PNOEE-30303039914-OTHR-Q' } } },
    ],
    [
      'expected-signer: the session was for somebody else',
      { asked: { expected: { semanticsIdentifier: 'PNOEE-30303039915' } } },
    ],
  ] as [string, Wish][]) {
    it(`fail with the reason: ${message}`, async () => {
      expect(await refusal(wish)).to.equal(message);
    });
  }

  for (const [reason, extensions] of [
    ['its key usage is not that of Smart-ID signatures', [qualified, keyUsage]],
    [
      'its policies or statements are not those of Smart-ID signatures',
      [qualified, extension('0603551d0f', '03020640')],
    ],
  ] as const) {
    it(`certificate-profile: a certificate is not one for signatures where ${reason}`, async () => {
      const error = await checkCertificate({
        ...answered({ extensions: [...extensions] }),
        purpose: forSignatures,
      }).catch((thrown: unknown) => thrown);
      expect(error).to.have.property('message', `certificate-profile: ${reason}`);
    });
  }

  for (const [what, wish] of [
    [
      'of the demo environment where that is allowed',
      {
        extensions: [policies(oids.demoQualified, oids.ncpQualified), keyUsage, purpose],
        trust: { acceptDemoPolicies: true },
      },
    ],
    ['of a higher level than the one asked for', { asked: { certificateLevel: 'ADVANCED' } }],
    ['that names the document', { extensions: [qualified, keyUsage, purpose, directoryName(documentNumber)] }],
    ['of the document that was expected', { asked: { expected: { documentNumber } } }],
    ['of the person who was expected', { asked: { expected: { semanticsIdentifier: 'PNOEE-30303039914' } } }],
  ] as [string, Wish][]) {
    it(`take a certificate ${what}`, async () => {
      expect(await refusal(wish)).to.equal(undefined);
    });
  }
});
