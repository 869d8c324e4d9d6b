/** Relying parties for simulators of tests. */

import type { RelyingParty } from '../../lib/simulator/index.js';

/** The one that everybody may use, with what nobody may do with it in the demo environment. */
export const demoWithAdvanced: RelyingParty = {
  uuid: '00000000-0000-4000-8000-000000000000',
  name: 'DEMO',
  mayUseAdvanced: true,
};
