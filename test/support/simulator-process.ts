/** The simulator in a process of its own: run by `SimulatorProcess`. */

import { type Simulator, startSimulator } from '../../lib/simulator/index.js';

/** What it tells: what a site must know of it. */
export type SimulatorMessage = Pick<
  Simulator,
  'environment' | 'relyingPartyUUID' | 'relyingPartyName' | 'trustAnchors'
>;

const { environment, relyingPartyUUID, relyingPartyName, trustAnchors } = await startSimulator({
  port: 0,
  // Far longer than any measurement, so that a running session stays one.
  notificationDelayMs: 600_000,
});
process.send?.({ environment, relyingPartyUUID, relyingPartyName, trustAnchors } satisfies SimulatorMessage);
