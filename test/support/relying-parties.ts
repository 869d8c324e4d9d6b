/** Relying parties for simulators of tests. */

import type { RelyingParty } from '../../lib/simulator/index.js';
import { demoRelyingParty } from '../../lib/simulator/options.js';

/** The one that everybody may use, with what nobody may do with it in the demo environment. */
export const demoWithAdvanced: RelyingParty = {
  ...demoRelyingParty,
  mayUseAdvanced: true,
};
