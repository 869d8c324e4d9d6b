/**
 * The certificates that others may fetch: the trust anchors, the root above them, and each authority where the
 * certificates below it say it is (AIA).
 */
import { Router } from 'express';
import { toPem } from './certificate.js';
import type { SimulatedPki } from './pki.js';

export function authorityFiles({ root, authorities, timestampAuthority, trustAnchors }: SimulatedPki): Router {
  const router = Router();
  router.get('/trust-anchors.pem', (_request, response) => {
    response.type('application/x-pem-file').send(trustAnchors);
  });
  router.get('/root.pem', (_request, response) => {
    response.type('application/x-pem-file').send(toPem(root.certificate));
  });
  router.get('/timestamp-trust-anchors.pem', (_request, response) => {
    response.type('application/x-pem-file').send(toPem(timestampAuthority.certificate));
  });
  for (const { id, certificate } of [root, ...Object.values(authorities), timestampAuthority]) {
    router.get(`/ca/${id}.der.crt`, (_request, response) => {
      response.type('application/pkix-cert').send(certificate);
    });
  }
  return router;
}
