/** The certificates of the real service, where they lie beside the project: they are not ours to hand out. */

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { skipForWantOf } from './skip.js';

export const realCertificates = fileURLToPath(new URL('../../../shared/certificates/', import.meta.url));

/** Skips the tests of the calling `before` hook where there are none. */
export function needRealCertificates(test: Mocha.Context): void {
  if (!existsSync(realCertificates)) skipForWantOf('the certificate files beside the project', test);
}
