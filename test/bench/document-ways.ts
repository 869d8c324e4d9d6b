/** The ways to a signed document that are measured. Between its halves only the way itself holds anything of it. */

import type { X509Certificate } from 'node:crypto';
import type { Request } from 'express';
import { loadTrustAnchors } from '../../dist/client.js';
import {
  addSignature,
  completeDraft,
  type DocumentDraft,
  type DocumentToSign,
  prepareContainer,
  preparePdf,
  type Signer,
  type SigningRequest,
  SmartIdDocuments,
  type SmartIdSignature,
} from '../../dist/documents/index.js';

export interface DocumentWay {
  /** @returns the bytes to sign. */
  prepare(bytes: Buffer): Promise<Uint8Array>;
  complete(value: Buffer): Promise<unknown>;
}

export type DocumentKind = 'pdf' | 'pdf, stored' | 'container' | 'container, stored';

type Way = (certificate: X509Certificate, trustAnchors: string) => DocumentWay;

const level = 'B';

export const documentWays: Readonly<Record<DocumentKind, Way>> = {
  pdf: (certificate, trustAnchors) => direct((pdf) => preparePdf(pdf, { certificate, level }), trustAnchors),
  container: (certificate, trustAnchors) =>
    direct((bytes) => prepareContainer({ files: hundredOf(bytes) }, { certificate, level }), trustAnchors),
  'pdf, stored': (certificate, trustAnchors) => stored((pdf) => ({ pdf }), certificate, trustAnchors),
  'container, stored': (certificate, trustAnchors) =>
    stored((bytes) => ({ files: hundredOf(bytes) }), certificate, trustAnchors),
};

/** With the functions alone. */
function direct(
  prepare: (bytes: Buffer) => Promise<{ draft: DocumentDraft; data: Buffer }>,
  trustAnchors: string,
): DocumentWay {
  const services = { trustAnchors: loadTrustAnchors(trustAnchors, Date.now()), clock: Date.now };
  let waiting: DocumentDraft | undefined;
  return {
    async prepare(bytes) {
      const { draft, data } = await prepare(bytes);
      waiting = draft;
      return data;
    },
    async complete(value) {
      const signed = addSignature(waiting as DocumentDraft, value, Date.now());
      waiting = undefined;
      await completeDraft(signed, services);
    },
  };
}

/** As a site has it, with the store that it has unless it says something else. */
function stored(
  input: (bytes: Buffer) => DocumentToSign,
  certificate: X509Certificate,
  trustAnchors: string,
): DocumentWay {
  const documents = new SmartIdDocuments({ trustAnchors, level });
  const request = { id: 'signing' } as SigningRequest;
  return {
    async prepare(bytes) {
      const { prepare } = documents.prepare(() => input(bytes));
      const toSign = await prepare({ certificate } as Signer, request, {} as Request);
      if (!toSign) throw new Error('There is nothing to sign.');
      return toSign.data as Uint8Array;
    },
    complete: (value) => documents.signed(() => {})({ ...request, value } as SmartIdSignature, {} as Request),
  };
}

function hundredOf(bytes: Buffer) {
  const fileBytes = Math.floor(bytes.length / 100);
  return Array.from({ length: 100 }, (_, index) => ({
    name: `file-${index}.bin`,
    contentType: 'application/octet-stream',
    content: bytes.subarray(index * fileBytes, (index + 1) * fileBytes),
  }));
}
