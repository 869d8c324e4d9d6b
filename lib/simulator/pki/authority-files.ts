/**
 * The certificates that others may fetch: the trust anchors, and each authority where user certificates say it is
 * (AIA).
 */
import { Router } from 'express';
import type { SimulatedPki } from './pki.js';

export function authorityFiles({ authorities, trustAnchors }: SimulatedPki): Router {
  const router = Router();
  router.get('/trust-anchors.pem', (_request, response) => {
    response.type('application/x-pem-file').send(trustAnchors);
  });
  for (const { id, certificate } of Object.values(authorities)) {
    router.get(`/ca/${id}.der.crt`, (_request, response) => {
      response.type('application/pkix-cert').send(certificate);
    });
  }
  return router;
}
