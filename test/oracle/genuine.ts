/** Documents as they come: those of the real service that were recorded, and all shapes of the simulator's. */

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { type Certificate, parseCertificate } from '../../lib/trust/certificate.js';
import { readCertificates } from '../../lib/trust/read-certificates.js';
import { createOcspRequest } from '../../lib/trust/revocation/ocsp-request.js';
import { crlFaults, good, ocspFaults, pathOf, revoked, underRsa, unknown } from '../attacks/revocation.js';
import { recordedAnswers, recordedCertificates, sharedFiles } from '../support/shared-files.js';
import type { Case } from './cases.js';
import { readCertificate } from './library-certificate.js';
import type { Surroundings } from './surroundings.js';

export function recordedCases(): Case[] {
  const { at } = recordedAnswers();
  const certificates = recordedCertificates();
  const [issuer] = readCertificates(sharedFiles.demoAnchor, 'anchor') as [Certificate];
  const certificate = new Uint8Array(certificates.signature);
  const recording = { ...surroundingsOf(issuer, certificate, Date.parse(at)), isRecorded: true };
  const request = createOcspRequest(parseCertificate(certificate), issuer);
  const folders = readdirSync(sharedFiles.certificates).map((name) => path.join(sharedFiles.certificates, name));
  const authorities = folders.flatMap((folder) => readCertificates(folder, 'folder'));
  return [
    ...Object.values(certificates).map((der): Case => ({ ...recording, kind: 'certificate', der })),
    ...authorities.map(({ der }): Case => ({ ...recording, kind: 'authority', der })),
    { ...recording, kind: 'answer', der: readFileSync(sharedFiles.recordedOcspAnswer), request },
    { ...recording, kind: 'list', der: readFileSync(sharedFiles.recordedList) },
  ];
}

function surroundingsOf(issuer: Certificate, certificate: Uint8Array, now: number): Surroundings {
  return { issuer, libraryIssuer: readCertificate(issuer.der), certificate, now };
}

/** Certificates, answers and lists, right and wrong in each way that the simulator knows. */
export async function simulatorCases(documentNumbers = [good, revoked, unknown, underRsa]): Promise<Case[]> {
  const simulator = await startSimulator({ port: 0 });
  try {
    const authorities = Object.values(simulator.pki.authorities).map(({ certificate }) => certificate);
    const cases: Case[] = [];
    for (const documentNumber of documentNumbers) {
      const [leaf, issuer] = await pathOf(simulator, documentNumber);
      const surroundings = surroundingsOf(issuer, leaf.der, Date.now());
      cases.push({ ...surroundings, kind: 'certificate', der: leaf.der });
      cases.push(...authorities.map((der): Case => ({ ...surroundings, kind: 'authority', der })));
      cases.push(...(await answersOf(simulator, leaf, surroundings)), ...(await listsOf(simulator, surroundings)));
    }
    return cases;
  } finally {
    await simulator.close();
  }
}

const recordedShape = [['recorded', true]] as const;
const allShapes = [...recordedShape, ['recorded', false], ['simple', true], ['simple', false]] as const;

async function answersOf(
  { revocation, pki }: Simulator,
  leaf: Certificate,
  surroundings: Surroundings,
): Promise<Case[]> {
  const authority = authorityOf(pki, surroundings);
  const cases: Case[] = [];
  for (const responder of ['delegated', 'direct'] as const) {
    for (const fault of [undefined, ...ocspFaults.filter((one) => one !== 'unavailable'), 'replayed'] as const) {
      for (const [ocspProfile, returnsNonce] of fault ? recordedShape : allShapes) {
        Object.assign(revocation, { ocspProfile, responder, returnsNonce, ocspFault: fault });
        const request = createOcspRequest(leaf, surroundings.issuer);
        const headers = { 'content-type': 'application/ocsp-request' };
        const response = await fetch(authority.ocspUrl, { method: 'POST', headers, body: request.der });
        cases.push({ ...surroundings, kind: 'answer', request, der: Buffer.from(await response.arrayBuffer()) });
      }
    }
  }
  return cases;
}

async function listsOf({ revocation, pki }: Simulator, surroundings: Surroundings): Promise<Case[]> {
  const cases: Case[] = [];
  for (const fault of [undefined, ...crlFaults.filter((one) => one !== 'unavailable')]) {
    revocation.crlFault = fault;
    const response = await fetch(authorityOf(pki, surroundings).crlUrl);
    cases.push({ ...surroundings, kind: 'list', der: Buffer.from(await response.arrayBuffer()) });
  }
  revocation.crlFault = undefined;
  return cases;
}

function authorityOf({ authorities }: Simulator['pki'], { issuer }: Surroundings) {
  const found = Object.values(authorities).find(({ certificate }) => certificate.equals(issuer.der));
  if (!found) throw new Error('The simulator has no such authority.');
  return found;
}
