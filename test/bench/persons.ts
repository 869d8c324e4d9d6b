/**
 * Many persons, each with a certificate of their own: what a site meets. A key of 6144 bits takes seconds to make, so that a handful of
 * keys serve all of them: for whoever verifies, the certificates differ all the same.
 */

import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { SimulatedPki } from '../../lib/simulator/index.js';

/** As the keys of Smart-ID are. */
export const keyBits = 6144;

export interface Person {
  documentNumber: string;
  /** DER. */
  certificate: Buffer;
}

export function generateKeys(count: number): Promise<KeyObject[]> {
  const generate = promisify(generateKeyPair);
  return Promise.all(
    Array.from({ length: count }, async () => (await generate('rsa', { modulusLength: keyBits })).privateKey),
  );
}

/** @param ocspUrl where to ask about the certificate. Default: the simulator. */
export function issuePerson(pki: SimulatedPki, index: number, privateKey: KeyObject, ocspUrl?: string): Person {
  const { semanticsIdentifier, dateOfBirth } = identityAt(index);
  const documentNumber = `${semanticsIdentifier}-MOCK-Q`;
  const { certificate } = pki.issueUserCertificate({
    privateKey,
    subject: [
      ['country', 'EE'],
      ['commonName', `TESTNUMBER,PERSON ${index}`],
      ['surname', 'TESTNUMBER'],
      ['givenName', `PERSON ${index}`],
      ['serialNumber', semanticsIdentifier],
    ],
    documentNumber,
    dateOfBirth,
    ocspUrl,
  });
  return { documentNumber, certificate };
}

/** An Estonian of the twentieth century: thirty for each day, from 1950 on. */
function identityAt(index: number): { semanticsIdentifier: string; dateOfBirth: string } {
  const dateOfBirth = new Date(Date.UTC(1950, 0, 1 + Math.floor(index / 30))).toISOString().slice(0, 10);
  const digits = `4${dateOfBirth.slice(2).replaceAll('-', '')}${String(index % 30).padStart(3, '0')}`;
  return { semanticsIdentifier: `PNOEE-${digits}${checkDigit(digits)}`, dateOfBirth };
}

/** Of an Estonian personal code: a sum modulo 11, with other weights where that gives 10. */
function checkDigit(digits: string): number {
  const sumBy = (weights: string) =>
    [...weights].reduce((sum, weight, at) => sum + Number(weight) * Number(digits[at]), 0);
  const first = sumBy('1234567891') % 11;
  return first < 10 ? first : (sumBy('3456789123') % 11) % 10;
}
