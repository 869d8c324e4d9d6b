import { SmartIdStrategy, Strategy } from 'passport-smart-id';
import { SmartIdClient, verificationCode } from 'passport-smart-id/client';
import { startSimulator } from 'passport-smart-id/simulator';
import { smartIdRouter } from 'passport-smart-id/web';

if (Strategy !== SmartIdStrategy || typeof smartIdRouter !== 'function') throw new Error('An export is missing.');
if (verificationCode(Buffer.alloc(64).toString('base64')).length !== 4) throw new Error('The code is wrong.');
const simulator = await startSimulator({ port: 0 });
new SmartIdClient(simulator);
new SmartIdStrategy(
  {
    environment: simulator.environment,
    relyingPartyUUID: simulator.relyingPartyUUID,
    relyingPartyName: simulator.relyingPartyName,
    trustAnchors: simulator.trustAnchors,
  },
  async (profile) => profile,
);
await simulator.close();
console.log('import: ok');
