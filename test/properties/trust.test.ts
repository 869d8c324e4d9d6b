import { expect } from 'chai';
import fc from 'fast-check';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { parseCertificate } from '../../lib/trust/certificate.js';
import { dateOfBirthFromPersonalCode } from '../../lib/trust/date-of-birth.js';
import { readCertificates } from '../../lib/trust/read-certificates.js';
import { readCrl } from '../../lib/trust/revocation/crl.js';
import { refuseDates } from '../../lib/trust/revocation/freshness.js';
import { askOcsp, readOcsp } from '../../lib/trust/revocation/ocsp.js';
import { anyText, check, resultOf } from './input.js';

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
    const question = await askOcsp(parseCertificate(issueUserCertificate().certificate), issuer);
    const readers = [
      (der: Uint8Array<ArrayBuffer>) => readOcsp(der, question, issuer, Date.now()),
      async (der: Uint8Array<ArrayBuffer>) => readCrl(der, issuer, Date.now()),
    ];
    const property = fc.asyncProperty(fc.uint8Array({ maxLength: 500 }), async (bytes) => {
      for (const read of readers) {
        const outcome = await read(new Uint8Array(bytes)).catch((error: unknown) => ({ refusal: String(error) }));
        expect(outcome).to.have.property('refusal');
      }
    });
    await fc.assert(property, { numRuns: 1000, seed: 1 });
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
      const next = nextUpdate === null ? undefined : new Date(nextUpdate);
      const end = nextUpdate ?? thisUpdate + 300_000;
      const isOfNow = thisUpdate - 60_000 <= now && now <= end + 60_000;
      expect(refuseDates(new Date(thisUpdate), next, now) === undefined).to.equal(isOfNow);
    });
    expect(refuseDates(new Date(0), new Date(Number.NaN), 1000)).to.be.a('string');
  });
});
