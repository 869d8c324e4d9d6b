/** Signing on the example site: the contract as a PDF or as a container, by the person who is logged in or by anybody. */

import { type Request, Router } from 'express';
import { type SmartIdSignature, SmartIdSigning, type SmartIdSigningOptions } from 'passport-smart-id';
import {
  type DocumentToSign,
  type SignedDocument,
  type Signer,
  SmartIdDocuments,
  type SmartIdDocumentsOptions,
} from 'passport-smart-id/documents';
import { smartIdSigningRouter } from 'passport-smart-id/web';
import type { Archive } from './archive.js';
import { contractPdf, fontBytes, signatureBox } from './contract.js';
import type { Person } from './person.js';

declare module 'express-session' {
  interface SessionData {
    /** Ids of the files that were signed in this browser. */
    signed: string[];
  }
}

/** Who is asked for timestamps, where anybody is. */
export type TimestampAuthority = SmartIdDocumentsOptions['timestampAuthority'];

const title = 'A contract with the example site';
const text = ({ profile }: Signer) => `I, ${profile.displayName}, have tried how to sign with Smart-ID.`;
const stamp = ({ profile }: Signer, now: Date) =>
  `Signed with Smart-ID by\n${profile.displayName}\n${now.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** What can be signed here, by the reference in the address; the signed file is called the same. */
const contracts: Record<string, (signer: Signer) => DocumentToSign | Promise<DocumentToSign>> = {
  'contract.pdf': async (signer) => ({
    pdf: await contractPdf({ title, text: text(signer) }),
    visible: { ...signatureBox, page: 1, font: fontBytes, text: stamp(signer, new Date()) },
    reason: 'To try it',
  }),
  'contract.asice': (signer) => ({
    files: [{ name: 'contract.txt', contentType: 'text/plain', content: Buffer.from(`${title}\n\n${text(signer)}\n`) }],
  }),
};

/** @param timestampAuthority without it the signatures are of level B, which cannot be verified for long. */
export function signing(
  smartId: SmartIdSigningOptions,
  timestampAuthority: TimestampAuthority,
  archive: Archive,
): Router {
  const { trustAnchors, fetch, clock } = smartId;
  const level = timestampAuthority ? 'LT' : 'B';
  const documents = new SmartIdDocuments({ level, timestampAuthority, trustAnchors, fetch, clock });
  const smartIdSigning = new SmartIdSigning(
    smartId,
    documents.prepare((signer, { reference = '' }) => contracts[reference]?.(signer)),
  );

  function keep(document: SignedDocument, { reference = '', signer, flowType }: SmartIdSignature, req: Request): void {
    const { id } = signer.profile;
    const fileId = archive.keep(id, { name: reference, ...document });
    archive.record(id, { at: new Date(), what: `Signed ${reference}`, flowType, fileId });
    req.session.signed = [...(req.session.signed ?? []), fileId];
  }

  const router = Router();
  router.use(
    smartIdSigningRouter({
      signing: smartIdSigning,
      start(req, reference = '') {
        if (!Object.hasOwn(contracts, reference)) return undefined;
        const person = req.user as Person | undefined;
        return person ? { signer: { documentNumber: person.documentNumber } } : {};
      },
      signed: documents.signed(keep),
      successRedirect: '/signed',
      cancelRedirect: '/',
      notification: true,
    }),
  );
  return router;
}
