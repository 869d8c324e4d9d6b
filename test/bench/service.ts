/** The simulator in a process of its own: run by `startService`. */

import { startSimulator } from '../../lib/simulator/index.js';

const simulator = await startSimulator({ port: 0 });
const { environment, relyingPartyUUID, relyingPartyName, trustAnchors, mockUrl } = simulator;
process.send?.({ environment, relyingPartyUUID, relyingPartyName, trustAnchors, mockUrl });
