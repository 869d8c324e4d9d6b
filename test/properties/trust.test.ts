import { generateKeyPairSync } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { AssertionError, expect } from 'chai';
import fc from 'fast-check';
import { type DistinguishedName, type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { type Certificate, parseCertificate } from '../../lib/trust/certificate.js';
import {
  authenticationLevel,
  isForAuthentication,
  isForOcspSigning,
  signatureLevel,
} from '../../lib/trust/certificate-profile.js';
import { dateOfBirthFromPersonalCode } from '../../lib/trust/date-of-birth.js';
import { readCertificates } from '../../lib/trust/read-certificates.js';
import { readCrl } from '../../lib/trust/revocation/crl.js';
import { problemWithDates } from '../../lib/trust/revocation/freshness.js';
import { createOcspRequest } from '../../lib/trust/revocation/ocsp-request.js';
import { readOcspResponse } from '../../lib/trust/revocation/ocsp-response.js';
import { Responders } from '../../lib/trust/revocation/responders.js';
import { documentNumberInSubjectAltName } from '../../lib/trust/subject-alt-name.js';
import { identityOf } from '../../lib/verify/identity.js';
import { checkAlgorithm, isSignatureOf } from '../../lib/verify/signature-value.js';
import { mutatedAsn1 } from '../attacks/mutations.js';
import { certificateWith } from '../support/certificates.js';
import { reasonOf } from '../support/reason.js';
import { anyText, check, resultOf } from './input.js';

const subject: DistinguishedName = [
  ['country', 'EE'],
  ['surname', 'TESTNUMBER'],
  ['givenName', 'OK'],
  ['serialNumber', 'PNOEE-30303039914'],
];
/** The value of an extension of key purposes, to be changed into others. */
const sample = Buffer.from('301406082b0601050507030206082b06010505070304', 'hex');

describe('What is read of certificates, whatever it is', () => {
  let simulator: Simulator;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
  });
  after(() => simulator.close());

  it('is certificates or an error that names the field', () => {
    check(
      fc.oneof(
        anyText,
        anyText.map((text) => `-----BEGIN CERTIFICATE-----${text}-----END CERTIFICATE-----`),
      ),
      (text) => {
        expect(resultOf(() => readCertificates(text, 'trustAnchors'), undefined)).to.equal(undefined);
      },
    );
    check(fc.uint8Array(), (bytes) => {
      expect(resultOf(() => readCertificates(bytes, 'trustAnchors'), undefined)).to.equal(undefined);
      expect(() => parseCertificate(bytes)).to.throw();
    });
  });

  it('is no answer about revocation', async () => {
    const { authorities, issueUserCertificate } = simulator.pki;
    const issuer = parseCertificate(authorities.qualified.certificate);
    const request = createOcspRequest(parseCertificate(issueUserCertificate().certificate), issuer);
    const responders = new Responders();
    const readers = [
      async (der: Uint8Array<ArrayBuffer>) => readOcspResponse(der, { request, issuer, responders, now: Date.now() }),
      (der: Uint8Array<ArrayBuffer>) => readCrl(der, issuer, Date.now()),
    ];
    const property = fc.asyncProperty(fc.uint8Array({ maxLength: 500 }), async (bytes) => {
      for (const read of readers) {
        const outcome = await read(new Uint8Array(bytes)).catch((error: unknown) => ({ refusal: String(error) }));
        expect(outcome).to.have.property('refusal');
      }
    });
    await fc.assert(property, { numRuns: 1000, seed: 1 });
  });

  it('is a judgement of any extensions, or an error', () => {
    const oids = [
      '2.5.29.9',
      '2.5.29.15',
      '2.5.29.17',
      '2.5.29.19',
      '2.5.29.32',
      '2.5.29.37',
      '1.3.6.1.5.5.7.1.1',
      '1.3.6.1.5.5.7.1.3',
      '1.2.3',
    ];
    const value = fc
      .oneof(fc.uint8Array({ maxLength: 40 }), mutatedAsn1(sample, [sample]))
      .map((bytes) => Buffer.from(bytes));
    const extension = fc.record({ oid: fc.constantFrom(...oids), critical: fc.boolean(), value });
    const judgements: ((certificate: Certificate) => unknown)[] = [
      (certificate) => authenticationLevel(certificate, { acceptDemoPolicies: true }),
      (certificate) => signatureLevel(certificate, { acceptDemoPolicies: true }),
      isForAuthentication,
      isForOcspSigning,
      documentNumberInSubjectAltName,
    ];
    check(
      fc.array(extension, { maxLength: 4 }),
      (extensions) => {
        let certificate: Certificate;
        try {
          certificate = certificateWith(simulator, { subject, extensions });
        } catch (error) {
          expect(error).to.be.an('error');
          return;
        }
        for (const judge of judgements) {
          let result: unknown;
          try {
            result = judge(certificate);
          } catch (error) {
            expect(error).to.be.an('error');
          }
          expect(result).to.not.be.oneOf([true, 'QSCD', 'QUALIFIED', 'ADVANCED']);
        }
        // What it says of the date of birth is a date or nothing, and never in the way of a login.
        expect(identityOf(certificate)).to.include({ semanticsIdentifier: 'PNOEE-30303039914', country: 'EE' });
      },
      500,
    );
  });

  it('is an identity of any names, or an error', () => {
    const attribute = fc.tuple(
      fc.constantFrom('country', 'commonName', 'surname', 'givenName', 'serialNumber'),
      fc.oneof(
        anyText.map((text) => text.slice(0, 40)),
        fc.constantFrom('EE', 'PNOEE-30303039914', 'OK'),
      ),
    ) as fc.Arbitrary<DistinguishedName[number]>;
    check(
      fc.array(attribute, { maxLength: 8 }),
      (name) => {
        let certificate: Certificate;
        try {
          certificate = certificateWith(simulator, { subject: name });
        } catch (error) {
          expect(error).to.be.an('error');
          return;
        }
        const valuesOf = (type: string) => name.filter(([present]) => present === type).map(([, value]) => value);
        const isWhole = ['country', 'surname', 'givenName', 'serialNumber'].every(
          (type) => valuesOf(type).length === 1,
        );
        try {
          const { semanticsIdentifier, surname } = identityOf(certificate);
          expect(isWhole).to.equal(true);
          expect([semanticsIdentifier, surname]).to.deep.equal([...valuesOf('serialNumber'), ...valuesOf('surname')]);
        } catch (error) {
          expect(error).to.be.an('error').and.not.be.instanceOf(AssertionError);
        }
      },
      500,
    );
  });

  it('is the algorithm that was asked for with every parameter, or not', () => {
    const text = fc.oneof(fc.constantFrom('rsassa-pss', 'SHA-512', 'SHA-256', 'id-mgf1', '0xbc'), anyText);
    const parameters = fc.record({
      hashAlgorithm: text,
      maskGenAlgorithm: fc.record({ algorithm: text, parameters: fc.record({ hashAlgorithm: text }) }),
      saltLength: fc.oneof(fc.constantFrom(64, 32), fc.double()),
      trailerField: text,
    });
    const right = {
      signatureAlgorithm: 'rsassa-pss',
      signatureAlgorithmParameters: {
        hashAlgorithm: 'SHA-512',
        maskGenAlgorithm: { algorithm: 'id-mgf1', parameters: { hashAlgorithm: 'SHA-512' } },
        saltLength: 64,
        trailerField: '0xbc',
      },
    };
    const asked = { signatureAlgorithm: 'rsassa-pss', hashAlgorithm: 'SHA-512' } as const;
    expect(reasonOf(() => checkAlgorithm(right, asked))).to.equal(undefined);
    check(
      fc.record({ signatureAlgorithm: text, signatureAlgorithmParameters: fc.option(parameters, { nil: undefined }) }),
      (answered) => {
        const isRight = isDeepStrictEqual(answered, right);
        expect(reasonOf(() => checkAlgorithm(answered, asked)) === undefined).to.equal(isRight);
      },
    );
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    check(
      anyText,
      (value) => expect(isSignatureOf(Buffer.from('message'), value, publicKey, asked)).to.equal(false),
      500,
    );
  });

  it('is a date of birth that the calendar has, or none', () => {
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789-'), maxLength: 12 });
    const country = fc.constantFrom('EE', 'LT', 'LV', 'BE', 'FI', '');
    check(
      fc.tuple(country, fc.oneof(digits, anyText)),
      ([where, code]) => {
        const date = dateOfBirthFromPersonalCode(where, code);
        if (date !== undefined) expect(new Date(date).toISOString().slice(0, 10)).to.equal(date);
      },
      10_000,
    );
  });

  it('is of now only between its dates, give or take a minute', () => {
    const moment = fc.integer({ min: 0, max: 2 ** 42 });
    check(fc.tuple(moment, fc.option(moment), moment), ([thisUpdate, nextUpdate, now]) => {
      const next = nextUpdate ?? undefined;
      const end = nextUpdate ?? thisUpdate + 300_000;
      const isOfNow = thisUpdate - 60_000 <= now && now <= end + 60_000;
      expect(problemWithDates(thisUpdate, next, now) === undefined).to.equal(isOfNow);
    });
    expect(problemWithDates(0, Number.NaN, 1000)).to.be.a('string');
  });
});
