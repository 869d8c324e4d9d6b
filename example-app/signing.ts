/** Signing on the example site: the contract as a PDF or as a container, by the person who is logged in or by anybody. */

import type { RequestHandler } from 'express';
import { type SmartIdSignature, SmartIdSigning, type SmartIdSigningOptions } from 'passport-smart-id';
import {
  type DocumentToSign,
  type SignedDocument,
  type Signer,
  SmartIdDocuments,
  type SmartIdDocumentsOptions,
} from 'passport-smart-id/documents';
import { type PageDocument, smartIdSigningRouter } from 'passport-smart-id/web';
import type { Archive } from './archive.js';
import { contractPdf, fontBytes, signatureBox } from './contract.js';
import type { Person } from './person.js';

/** Who is asked for timestamps, where anybody is. */
export type TimestampAuthority = SmartIdDocumentsOptions['timestampAuthority'];

const title = 'A contract with the example site';
/** It names nobody, so that everybody can see what they sign before it is known who they are. The signature names them. */
const text = 'Whoever has signed this has tried signing with Smart-ID.';
const stamp = ({ profile }: Signer, now: Date) =>
  `Signed with Smart-ID by\n${profile.displayName}\n${now.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

interface Contract {
  /** What is signed, as people see it before. */
  shown: PageDocument;
  /** The same bytes, and how this signer signs them. */
  choose(signer: Signer): DocumentToSign;
}

const pdf = await contractPdf({ title, text });
const plain = { name: 'contract.txt', contentType: 'text/plain', content: Buffer.from(`${title}\n\n${text}\n`) };

/** What can be signed here, by the reference in the address; the signed file is called the same. */
const contracts: Record<string, Contract> = {
  'contract.pdf': {
    shown: { name: 'contract.pdf', contentType: 'application/pdf', content: pdf },
    choose: (signer) => ({
      pdf,
      visible: { ...signatureBox, page: 1, font: fontBytes, text: stamp(signer, new Date()) },
      reason: 'To try it',
    }),
  },
  'contract.asice': { shown: plain, choose: () => ({ files: [plain] }) },
};

/** @param timestampAuthority without it the signatures are of level B, which cannot be verified for long. */
export function signing(
  smartId: SmartIdSigningOptions,
  timestampAuthority: TimestampAuthority,
  archive: Archive,
): RequestHandler {
  const { trustAnchors, fetch, clock } = smartId;
  const level = timestampAuthority ? 'LT' : 'B';
  const documents = new SmartIdDocuments({ level, timestampAuthority, trustAnchors, fetch, clock });
  const smartIdSigning = new SmartIdSigning(
    smartId,
    documents.prepare((signer, { reference = '' }) => contracts[reference]?.choose(signer)),
  );

  function keep(document: SignedDocument, { id, reference = '', signer, flowType }: SmartIdSignature): void {
    const owner = signer.profile.id;
    archive.keep(id, owner, { name: reference, ...document });
    archive.record(owner, { at: new Date(), what: `Signed ${reference}`, flowType, fileId: id });
  }

  return smartIdSigningRouter({
    signing: smartIdSigning,
    start(req, reference = '') {
      if (!Object.hasOwn(contracts, reference)) return undefined;
      const person = req.user as Person | undefined;
      return person ? { signer: { documentNumber: person.documentNumber } } : {};
    },
    documentsToSign: (_req, reference = '') => contracts[reference]?.shown,
    signed: documents.signed(keep),
    signedDocument: (_req, id) => archive.find(id),
    cancelRedirect: '/',
    notification: true,
  });
}
