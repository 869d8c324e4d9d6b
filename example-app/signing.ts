/** Signing on the example site: the contract as a PDF or as a container, by the person who is logged in or by anybody. */

import { type Request, Router } from 'express';
import { type Prepare, type SmartIdSignature, SmartIdSigning, type SmartIdSigningOptions } from 'passport-smart-id';
import { smartIdSigningRouter } from 'passport-smart-id/web';
import type { Person } from './app.js';
import type { Archive } from './archive.js';
import { prepareContainer } from './documents/container.js';
import { preparePdf } from './documents/pdf.js';
import type { PreparedDocument } from './documents/prepared-document.js';

declare module 'express-session' {
  interface SessionData {
    /** Ids of the files that were signed in this browser. */
    signed: string[];
  }
}

type Signer = Parameters<Prepare>[0];

const title = 'A contract with the example site';
const text = ({ profile }: Signer) => `I, ${profile.displayName}, have tried how to sign with Smart-ID.`;

/** What can be signed here, by the reference in the address. */
const documents: Record<string, (signer: Signer, signedAt: Date) => Promise<PreparedDocument>> = {
  'contract.pdf': (signer, signedAt) =>
    preparePdf({
      title,
      text: text(signer),
      signerName: signer.profile.displayName,
      certificate: signer.certificate,
      signedAt,
    }),
  'contract.asice': (signer, signedAt) =>
    prepareContainer({
      files: [
        { name: 'contract.txt', contentType: 'text/plain', content: Buffer.from(`${title}\n\n${text(signer)}\n`) },
      ],
      certificate: signer.certificate,
      signedAt,
    }),
};

/** Milliseconds that a document waits for its signature: longer than a signature may take. */
const patience = 700_000;

export function signing(smartId: SmartIdSigningOptions, archive: Archive): Router {
  const drafts = new Map<string, PreparedDocument>();

  const smartIdSigning = new SmartIdSigning(smartId, async (signer, { id, reference }) => {
    const draft = await documents[reference ?? '']?.(signer, new Date());
    if (!draft) return undefined;
    drafts.set(id, draft);
    setTimeout(() => drafts.delete(id), patience).unref();
    const { toSign: data, signatureAlgorithm, hashAlgorithm } = draft;
    return { data, signatureAlgorithm, hashAlgorithm };
  });

  async function keep({ id, value, signer, flowType }: SmartIdSignature, req: Request): Promise<void> {
    const draft = drafts.get(id);
    if (!draft) throw new Error('The document is not here any more: please sign again.');
    drafts.delete(id);
    const { fileName: name, contentType } = draft;
    const fileId = archive.keep(signer.profile.id, { name, contentType, content: await draft.complete(value) });
    archive.record(signer.profile.id, { at: new Date(), what: `Signed ${name}`, flowType, fileId });
    req.session.signed = [...(req.session.signed ?? []), fileId];
  }

  const router = Router();
  router.use(
    smartIdSigningRouter({
      signing: smartIdSigning,
      start(req, reference = '') {
        if (!Object.hasOwn(documents, reference)) return undefined;
        const person = req.user as Person | undefined;
        return person ? { signer: { documentNumber: person.documentNumber } } : {};
      },
      signed: keep,
      successRedirect: '/signed',
      cancelRedirect: '/',
      notification: true,
    }),
  );
  return router;
}
