import express from 'express';
import passport from 'passport';
import { type SmartIdProfile, SmartIdStrategy } from 'passport-smart-id';
import { SmartIdClient, SmartIdVerificationError, verifyAuthentication } from 'passport-smart-id/client';
import { startSimulator } from 'passport-smart-id/simulator';
import { smartIdRouter } from 'passport-smart-id/web';

const app = express();
const strategy = new SmartIdStrategy(
  {
    environment: 'demo',
    relyingPartyUUID: '00000000-0000-4000-8000-000000000000',
    relyingPartyName: 'DEMO',
    trustAnchors: './anchors',
    callbackURL: 'https://rp.example.com/login/callback',
    identify: (req) => (req.body.document ? { documentNumber: String(req.body.document) } : undefined),
  },
  async (profile: SmartIdProfile, info) => ({ id: profile.id, level: info.certificateLevel }),
);
passport.use(strategy);
app.use('/login', smartIdRouter(passport, { strategy }));
app.post('/start', strategy.start({ flow: 'device-link' }), (req, res) => {
  const link: string | undefined = req.smartId?.qrLink;
  res.json({ link });
});
app.post('/finish', passport.authenticate('smart-id', { failureRedirect: '/login' }));

const options = { relyingPartyUUID: '', relyingPartyName: '', trustAnchors: '' };
// @ts-expect-error: there is no such environment.
new SmartIdStrategy({ ...options, environment: 'test' }, async () => false);
new SmartIdStrategy(
  // @ts-expect-error: with passReqToCallback the request comes first, not the profile.
  { ...options, environment: 'live', passReqToCallback: true },
  async (profile: SmartIdProfile) => profile,
);

export { SmartIdClient, SmartIdVerificationError, startSimulator, verifyAuthentication };
