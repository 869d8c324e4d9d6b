import { SmartIdSigning, SmartIdStrategy, Strategy } from 'passport-smart-id';
import { SmartIdClient, verificationCode, verifySignature } from 'passport-smart-id/client';
import { preparePdf, SmartIdDocuments } from 'passport-smart-id/documents';
import { smartIdHandler } from 'passport-smart-id/fetch';
import { SmartIdLogin } from 'passport-smart-id/login';
import { RedisAttemptStore } from 'passport-smart-id/redis';
import { startSimulator } from 'passport-smart-id/simulator';
import { smartIdRouter, smartIdSigningRouter } from 'passport-smart-id/web';

if (Strategy !== SmartIdStrategy) throw new Error('An export is missing.');
for (const value of [preparePdf, RedisAttemptStore, SmartIdLogin, smartIdHandler, smartIdRouter, verifySignature]) {
  if (typeof value !== 'function') throw new Error('An export is missing.');
}
if (verificationCode(Buffer.alloc(64).toString('base64')).length !== 4) throw new Error('The code is wrong.');
const simulator = await startSimulator({ port: 0 });
new SmartIdClient(simulator);
const { environment, relyingPartyUUID, relyingPartyName, trustAnchors } = simulator;
const options = { environment, relyingPartyUUID, relyingPartyName, trustAnchors };
new SmartIdStrategy(options, async (profile) => profile);
const documents = new SmartIdDocuments({
  trustAnchors,
  timestampAuthority: { url: simulator.timestampUrl, trustAnchors: simulator.timestampTrustAnchors },
});
const signing = new SmartIdSigning(
  options,
  documents.prepare(() => ({ pdf: Buffer.from('The contract') })),
);
smartIdSigningRouter({ signing, start: () => ({}), signed: documents.signed(() => {}) });
await simulator.close();
console.log('import: ok');
