import express from 'express';
import passport from 'passport';
import {
  type Prepare,
  type SmartIdProfile,
  type SmartIdSignature,
  SmartIdSigning,
  SmartIdStrategy,
} from 'passport-smart-id';
import {
  calculateDigest,
  SmartIdClient,
  SmartIdVerificationError,
  type VerifiedSignature,
  type VerifySignatureInput,
  verifyAuthentication,
  verifySignature,
} from 'passport-smart-id/client';
import { type SignedDocument, SmartIdDocuments } from 'passport-smart-id/documents';
import { type PhoneAnswer, type Simulator, startSimulator } from 'passport-smart-id/simulator';
import { smartIdRouter, smartIdSigningRouter } from 'passport-smart-id/web';

const app = express();
const strategy = new SmartIdStrategy(
  {
    environment: 'demo',
    relyingPartyUUID: '00000000-0000-4000-8000-000000000000',
    relyingPartyName: 'DEMO',
    trustAnchors: './anchors',
    callbackURL: 'https://rp.example.com/login/callback',
    countries: ['EE', 'LV'] as const,
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

const prepare: Prepare = async (signer, { id, reference }, req) => {
  const name: string = signer.profile.displayName;
  return reference === undefined ? undefined : { data: Buffer.from(`${name} ${id} ${req.path}`) };
};
const signing = new SmartIdSigning(
  {
    environment: 'live',
    relyingPartyUUID: '00000000-0000-4000-8000-000000000000',
    relyingPartyName: 'DEMO',
    trustAnchors: './anchors',
    certificateLevel: 'QSCD',
  },
  prepare,
);
app.use(
  '/sign',
  smartIdSigningRouter({
    signing,
    start: async (req, reference) =>
      reference === undefined ? undefined : { signer: { documentNumber: req.body.document } },
    signed: async ({ value, signer }: SmartIdSignature) => [value.byteLength, signer.certificate.subject],
    notification: true,
  }),
);
const documents = new SmartIdDocuments({
  trustAnchors: './anchors',
  timestampAuthority: { url: 'http://tsa.example.com', trustAnchors: './timestamp-anchors' },
});
app.use(
  '/contracts',
  smartIdSigningRouter({
    signing: new SmartIdSigning(
      {
        environment: 'live',
        relyingPartyUUID: '00000000-0000-4000-8000-000000000000',
        relyingPartyName: 'DEMO',
        trustAnchors: './anchors',
      },
      documents.prepare(({ profile }, { reference }, req) =>
        reference === undefined ? undefined : { pdf: Buffer.from(req.path), reason: profile.displayName },
      ),
    ),
    start: () => ({}),
    signed: documents.signed(({ content, contentType }: SignedDocument, { signer }: SmartIdSignature, req) => [
      content.byteLength,
      contentType,
      signer.documentNumber,
      req.path,
    ]),
  }),
);
// @ts-expect-error: a document is a PDF, files or a container.
documents.prepare(() => ({ text: 'The contract' }));
// @ts-expect-error: there is no such level.
new SmartIdDocuments({ trustAnchors: './anchors', level: 'LTA' });
app.post(
  '/sign/start',
  signing.start({ signer: { semanticsIdentifier: 'PNOEE-30303039914' }, reference: 'contract 7' }),
);
app.post('/sign/finish', signing.finish(), (req, res) => {
  const signature: Buffer | undefined = req.smartIdSignature?.value;
  res.json({ signature });
});
export const verified = (input: VerifySignatureInput): Promise<VerifiedSignature> => verifySignature(input);

export async function answer({ phone }: Simulator): Promise<(string | undefined)[]> {
  const view = await (await fetch('https://rp.example.com/start')).json();
  const { callbackUrl }: PhoneAnswer = await phone.confirm(view, { documentNumber: '', sameDevice: true });
  // @ts-expect-error: that is not refused.
  const refused = await phone.refuse('the link', { outcome: 'OK' });
  // @ts-expect-error: what is to be confirmed must be said.
  await phone.confirm();
  return [callbackUrl, refused.callbackUrl];
}

app.get('/confirmed', async (req, res) => {
  const simulator = await startSimulator();
  res.json(req.smartId && (await simulator.phone.confirm(req.smartId)));
});

const options = { relyingPartyUUID: '', relyingPartyName: '', trustAnchors: '' };
// @ts-expect-error: there is no such environment.
new SmartIdStrategy({ ...options, environment: 'test' }, async () => false);
new SmartIdStrategy(
  // @ts-expect-error: with passReqToCallback the request comes first, not the profile.
  { ...options, environment: 'live', passReqToCallback: true },
  async (profile: SmartIdProfile) => profile,
);
new SmartIdSigning(
  // @ts-expect-error: there is no such level.
  { ...options, environment: 'live', certificateLevel: 'SIMPLE' },
  prepare,
);
// @ts-expect-error: one country is a list too.
new SmartIdStrategy({ ...options, environment: 'live', countries: 'EE' }, async () => false);
// @ts-expect-error: whose persons are accepted is decided once.
strategy.countries = ['EE'];
// @ts-expect-error: a login cannot ask for this level.
new SmartIdStrategy({ ...options, environment: 'live', certificateLevel: 'QSCD' }, async () => false);
// @ts-expect-error: something must be prepared.
new SmartIdSigning({ ...options, environment: 'live' });
// @ts-expect-error: it is either the data or its digest.
new SmartIdSigning({ ...options, environment: 'live' }, () => ({ data: Buffer.alloc(0), digest: '' }));
// @ts-expect-error: it must be said whether this is a person or a document.
signing.start({ signer: 'PNOEE-30303039914-MOCK-Q' });
// @ts-expect-error: who may sign is for the site to say.
smartIdSigningRouter({ signing, signed: () => {} });
// @ts-expect-error: a strategy signs nothing.
smartIdSigningRouter({ signing: strategy, start: () => ({}), signed: () => {} });
// @ts-expect-error: there is no such hash.
calculateDigest(Buffer.alloc(0), 'SHA-1');

export { SmartIdClient, SmartIdVerificationError, startSimulator, verifyAuthentication };
