/** The files of the pages: its style, its script, and the QR encoder that the script uses. */

import { fileURLToPath } from 'node:url';
import { Router } from 'express';
import { style } from './style.js';

const script = fileURLToPath(new URL('./browser/attempt.js', import.meta.url));
/** One ES module without imports, which a browser can load as it is. */
const qr = fileURLToPath(import.meta.resolve('qr'));

export function assets(): Router {
  const router = Router();
  router.use((_req, res, next) => {
    res.set({ 'cache-control': 'public, max-age=3600', 'x-content-type-options': 'nosniff' });
    next();
  });
  router.get('/attempt.css', (_req, res) => void res.type('css').send(style));
  // The package may be installed below a folder whose name begins with a dot.
  router.get('/attempt.js', (_req, res) => res.sendFile(script, { dotfiles: 'allow' }));
  router.get('/qr.js', (_req, res) => res.sendFile(qr, { dotfiles: 'allow' }));
  return router;
}
