/**
 * A login and a signature that the demo environment really answered, by what the package exports: both verify at their
 * time, and are refused with any one thing changed in them, in what was asked or in what says that nothing is revoked.
 * What may change all the same is listed with the reason.
 */

import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import {
  createRevocationChecker,
  encodeInteractions,
  loadTrustAnchors,
  type RevocationPolicy,
  SmartIdClient,
  SmartIdOutcomeError,
  SmartIdServiceError,
  SmartIdVerificationError,
  type VerifyAuthenticationInput,
  type VerifySignatureInput,
  verifyAuthentication,
  verifySignature,
} from '../../lib/client.js';
import { type JsonChange, jsonChanges, valuesNear } from '../support/json-changes.js';
import { revocationFetch } from '../support/revocation-fetch.js';
import { needSharedFiles, recordedAnswers, recordedFiles, sharedFiles } from '../support/shared-files.js';

type Input = VerifyAuthenticationInput & VerifySignatureInput;
type Verify = (input: Input) => Promise<{ certificateLevel: string }>;
type Kind = 'login' | 'signature';

const verifiers: Record<Kind, Verify> = { login: verifyAuthentication, signature: verifySignature };
const kinds = Object.keys(verifiers) as Kind[];

/** Of the recorded OCSP answer and list, which are about the signature's certificate. */
const ocspAt = Date.parse('2026-03-24T09:32:24Z');
const listFrom = Date.parse('2026-03-24T08:05:51Z');
const listTo = Date.parse('2026-03-31T08:05:50Z');
/** How far the clocks may differ, and how long an OCSP answer without an end is of now. */
const toleranceMs = 60_000;
const ocspMs = 300_000;

/** The check that refuses; anything but an error that a site handles is thrown on. */
async function refusal(verification: Promise<unknown>): Promise<string | undefined> {
  try {
    await verification;
    return undefined;
  } catch (error) {
    if (error instanceof SmartIdVerificationError) return error.check;
    if (error instanceof SmartIdOutcomeError) return 'end-result';
    if (error instanceof SmartIdServiceError && error.code === 'bad_response') return 'shape';
    throw error;
  }
}

describe('Answers that were recorded', () => {
  let inputs: Record<Kind, Input>;
  let ocsp: Buffer;
  let crl: Buffer;

  before(function () {
    needSharedFiles(this, ...recordedFiles);
    ocsp = readFileSync(sharedFiles.recordedOcspAnswer);
    crl = readFileSync(sharedFiles.recordedList);
    const recorded = recordedAnswers();
    const now = Date.parse(recorded.at);
    const inputOf = (kind: Kind, policy: RevocationPolicy): Input => {
      const { status, asked } = recorded[kind];
      const { documentNumber, data, ...session } = asked;
      return {
        status,
        session: { ...session, flowTypes: ['Notification'], expected: { documentNumber } },
        ...(data && { data: Buffer.from(data) }),
        trustAnchors: loadTrustAnchors(sharedFiles.demoAnchor, now),
        revocation: revocationBy(policy),
        now,
      };
    };
    // The OCSP answer is not about the login's certificate, so the list says that it is good.
    inputs = { login: inputOf('login', 'ocsp-then-crl'), signature: inputOf('signature', 'ocsp') };
  });

  const revocationBy = (policy: RevocationPolicy, answers: Parameters<typeof revocationFetch>[0] = { ocsp, crl }) =>
    createRevocationChecker(policy, revocationFetch(answers));

  /** As it comes over the wire. */
  async function read(status: unknown): Promise<Input['status']> {
    const client = new SmartIdClient({
      environment: 'demo',
      relyingPartyUUID: '00000000-0000-4000-8000-000000000000',
      relyingPartyName: 'DEMO',
      fetch: async () => ({ status: 200, body: new Blob([JSON.stringify(status)]).stream() as never }),
    });
    return client.sessionStatus('de305d54-75b4-431b-adb2-eb6b9e546014');
  }

  const verifyRead = async (kind: Kind, status: unknown) =>
    verifiers[kind]({ ...inputs[kind], status: await read(status) });

  it('recorded answers verify at their time', async () => {
    const login = await verifyAuthentication(inputs.login);
    expect(login).to.include({ certificateLevel: 'QUALIFIED', documentNumber: 'PNOEE-40504040001-DEM0-Q' });
    const signature = await verifySignature(inputs.signature);
    expect(signature).to.include({ certificateLevel: 'QSCD', documentNumber: 'PNOEE-40504040001-DEM0-Q' });
    for (const { identity } of [login, signature]) {
      expect(identity).to.include({ semanticsIdentifier: 'PNOEE-40504040001', givenName: 'OK', surname: 'TEST' });
    }
    for (const kind of kinds) await verifyRead(kind, inputs[kind].status);
  });

  it('recorded answers are no answers to each other', async () => {
    expect(await refusal(verifyAuthentication({ ...inputs.login, status: inputs.signature.status }))).to.equal(
      'signature-protocol',
    );
    expect(await refusal(verifySignature({ ...inputs.signature, status: inputs.login.status }))).to.equal(
      'signature-protocol',
    );
  });

  describe('are refused with any one byte changed', () => {
    for (const kind of kinds) {
      for (const [field, check] of [
        ['cert', /^certificate(-path)?$/],
        ['signature', /^signature$/],
      ] as const) {
        it(`a recorded ${kind} is refused with any byte of its ${field} changed`, async function () {
          this.timeout(60_000);
          const input = inputs[kind] as any;
          for (const [at, changed] of eachByteChanged(Buffer.from(input.status[field].value, 'base64'))) {
            const status = structuredClone(input.status);
            status[field].value = changed.toString('base64');
            expect(await refusal(verifiers[kind]({ ...input, status })), `byte ${at}`).to.match(check);
          }
        });
      }
    }

    it('a recorded signature is refused with any byte of the OCSP answer changed', async function () {
      this.timeout(60_000);
      const answers = { ocsp };
      const revocation = revocationBy('ocsp', answers);
      for (const [at, changed] of eachByteChanged(ocsp)) {
        answers.ocsp = changed;
        expect(await refusal(verifySignature({ ...inputs.signature, revocation })), `byte ${at}`).to.equal(
          'revocation',
        );
      }
    });

    it('a recorded login is refused with a byte of the list changed: all at its ends, one of two thousand between', async function () {
      this.timeout(60_000);
      const answers = { crl };
      const revocation = revocationBy('ocsp-then-crl', answers);
      for (const at of [...crl.keys()].filter((at) => at < 400 || at >= crl.length - 150 || at % 1999 === 0)) {
        answers.crl = withByteChanged(crl, at);
        expect(await refusal(verifyAuthentication({ ...inputs.login, revocation })), `byte ${at}`).to.equal(
          'revocation',
        );
      }
    });

    it('a recorded signature is refused with a byte more or less in what says that nothing is revoked', async () => {
      for (const [cut, longer] of [ocsp, crl].map((bytes) => [
        bytes.subarray(0, -1),
        Buffer.concat([bytes, Buffer.alloc(1)]),
      ])) {
        for (const bytes of [cut, longer]) {
          const revocation = revocationBy('ocsp-then-crl', { ocsp: bytes, crl: bytes });
          expect(await refusal(verifySignature({ ...inputs.signature, revocation }))).to.equal('revocation');
        }
      }
    });
  });

  describe('are refused with any one field changed', () => {
    /** The changes that are taken, since what they say is what was signed. */
    const exceptions: Record<Kind, { status: RegExp[]; asked: RegExp[] }> = {
      login: {
        // A list of one text reads like that text, and is what was signed. The wire has no list there: see below.
        status: [/^signature\.userChallenge: \["/],
        asked: [
          // The same, of a value that the site itself has kept.
          /^(schemeName|rpChallenge): \["/,
          // The session was for nobody in particular.
          /^expected: (dropped|null|false|"")$/,
        ],
      },
      signature: { status: [], asked: [/^expected: (dropped|null|false|"")$/] },
    };

    async function accepted(changes: JsonChange[], verify: (changed: any) => Promise<unknown>): Promise<string[]> {
      const taken = [];
      for (const { what, changed } of changes) if (!(await refusal(verify(changed)))) taken.push(what);
      return taken;
    }

    function expectOnly(taken: string[], excepted: RegExp[]): void {
      expect(taken.filter((what) => !excepted.some((one) => one.test(what)))).to.deep.equal([]);
      expect(
        excepted.filter((one) => !taken.some((what) => one.test(what))),
        'an exception that nothing needs any more',
      ).to.deep.equal([]);
    }

    for (const kind of kinds) {
      it(`a recorded ${kind} is refused with any field of the answer dropped, of another value or type`, async () => {
        const input = inputs[kind];
        const changes = jsonChanges(input.status, valuesNear);
        expect(changes).to.have.length.greaterThan(300);
        const taken = await accepted(changes, (status) => verifiers[kind]({ ...input, status }));
        expectOnly(taken, exceptions[kind].status);
      });

      it(`a recorded ${kind} is refused so as it comes over the wire, without any exception`, async () => {
        expect(
          await accepted(jsonChanges(inputs[kind].status, valuesNear), (status) => verifyRead(kind, status)),
        ).to.deep.equal([]);
      });

      it(`a recorded ${kind} is refused with any field changed in what was asked`, async () => {
        const input = inputs[kind];
        const changes = jsonChanges(input.session, valuesNear);
        expect(changes).to.have.length.greaterThan(100);
        const taken = await accepted(changes, (session) => verifiers[kind]({ ...input, session }));
        expectOnly(taken, exceptions[kind].asked);
      });
    }

    const interactionsOf = (type: 'displayTextAndPIN' | 'confirmationMessage', text: string) =>
      encodeInteractions(
        [type === 'displayTextAndPIN' ? { type, displayText60: text } : { type, displayText200: text }],
        'notification',
      );

    for (const [what, change, check] of [
      ['another level of the answer', { cert: { certificateLevel: 'ADVANCED' } }, 'certificate-profile'],
      ['QSCD, which no authentication has', { cert: { certificateLevel: 'QSCD' } }, 'certificate-profile'],
      ['another flow type', { signature: { flowType: 'QR' } }, 'flow-type'],
      ['a same-device flow type', { signature: { flowType: 'Web2App' } }, 'callback'],
      [
        'another hash',
        { signature: { signatureAlgorithmParameters: { hashAlgorithm: 'SHA-512' } } },
        'signature-algorithm',
      ],
      ['another person', { result: { documentNumber: 'PNOEE-30303039914-MOCK-Q' } }, 'document-number'],
      ['another document', { result: { documentNumber: 'PNOEE-40504040001-DEM1-Q' } }, 'document-number'],
      ['a refusal', { result: { endResult: 'USER_REFUSED' } }, 'end-result'],
    ] as const) {
      it(`a recorded login is refused with another field: ${what}`, async () => {
        const status = merged(inputs.login.status, change);
        expect(await refusal(verifyAuthentication({ ...inputs.login, status }))).to.equal(check);
      });
    }

    for (const [what, change, check] of [
      ['the live service', { schemeName: 'smart-id' }, 'signature'],
      ['another relying party', { relyingPartyName: 'DEMO2' }, 'signature'],
      ['a broker', { brokeredRpName: 'DEMO' }, 'signature'],
      ['a text that was not shown', { interactions: interactionsOf('displayTextAndPIN', 'Hello World') }, 'signature'],
      ['another interaction', { interactions: interactionsOf('confirmationMessage', 'Hello world') }, 'interaction'],
      ['a level that no authentication has', { certificateLevel: 'QSCD' }, 'certificate-level'],
      ['another hash', { hashAlgorithm: 'SHA-512' }, 'signature-algorithm'],
      ['another padding', { signatureAlgorithm: 'sha256WithRSAEncryption' }, 'signature-algorithm'],
      ['another flow type', { flowTypes: ['QR', 'Web2App', 'App2App'] }, 'flow-type'],
      ['another person', { expected: { semanticsIdentifier: 'PNOEE-30303039914' } }, 'expected-signer'],
    ] as const) {
      it(`a recorded login is refused where something else was asked: ${what}`, async () => {
        const session = { ...inputs.login.session, ...change } as Input['session'];
        expect(await refusal(verifyAuthentication({ ...inputs.login, session }))).to.equal(check);
      });
    }

    it('a recorded signature is refused where other data, another digest or another certificate was asked', async () => {
      const { session } = inputs.signature;
      const other = Buffer.from('test 1235');
      expect(await refusal(verifySignature({ ...inputs.signature, data: other }))).to.equal('digest');
      const digest = Buffer.alloc(64, 1).toString('base64');
      const { data, ...withoutData } = inputs.signature;
      await verifySignature(withoutData as Input);
      expect(await refusal(verifySignature({ ...withoutData, session: { ...session, digest } }))).to.equal('signature');
      const signingCertificate = inputs.login.status.state === 'COMPLETE' ? inputs.login.status.cert?.value : undefined;
      expect(
        await refusal(verifySignature({ ...inputs.signature, session: { ...session, signingCertificate } })),
      ).to.equal('signing-certificate');
    });
  });

  describe('are taken although something is another one, where nothing that was signed speaks of it:', () => {
    const taken = async (kind: Kind, status: object, session: object = {}) => {
      const input = inputs[kind];
      const changed = { ...input, status: merged(input.status, status), session: { ...input.session, ...session } };
      return verifiers[kind](changed as Input);
    };

    for (const kind of kinds) {
      it(`a recorded ${kind} is taken where a lower level was asked for`, async () => {
        await taken(kind, {}, { certificateLevel: 'ADVANCED' });
      });

      it(`a recorded ${kind} is taken with the phone's address and fields that nobody knows`, async () => {
        await taken(kind, { deviceIpAddress: '192.0.2.1', ignoredProperties: ['x'], more: 1 });
      });

      it(`a recorded ${kind} is taken where a callback URL was sent, which no push has`, async () => {
        await taken(kind, {}, { initialCallbackUrl: 'https://example.com/callback', sessionSecret: 'AAAA' });
      });
    }

    it('a recorded signature is taken with QUALIFIED or QSCD as the level of its qualified device', async () => {
      expect((await taken('signature', { cert: { certificateLevel: 'QSCD' } }, {})).certificateLevel).to.equal('QSCD');
      await taken('signature', {}, { certificateLevel: 'QSCD' });
    });

    it('a recorded signature is taken with another flow type that was offered too', async () => {
      await taken('signature', { signature: { flowType: 'QR' } }, { flowTypes: ['QR', 'Notification'] });
    });

    it('a recorded signature is taken with another text, and with another interaction that was offered too', async () => {
      const interactions = encodeInteractions(
        [
          { type: 'confirmationMessage', displayText200: 'Something else' },
          { type: 'displayTextAndPIN', displayText60: 'Something else' },
        ],
        'notification',
      );
      for (const interactionTypeUsed of ['confirmationMessage', 'displayTextAndPIN']) {
        await taken('signature', { interactionTypeUsed }, { interactions });
      }
    });

    it('a recorded signature is taken whoever asked for it, which is no part of what is signed', async () => {
      await taken('signature', {}, { schemeName: 'smart-id', relyingPartyName: 'Somebody else' });
    });
  });

  describe('depend on the time:', () => {
    for (const [what, now, expected] of [
      ['a moment too early', ocspAt - toleranceMs - 1, 'revocation'],
      ['as early as clocks may differ', ocspAt - toleranceMs, undefined],
      ['as late as an answer without an end is of now', ocspAt + ocspMs + toleranceMs, undefined],
      ['a moment too late', ocspAt + ocspMs + toleranceMs + 1, 'revocation'],
    ] as const) {
      it(`the recorded OCSP answer ${what} ${expected ? 'does not count' : 'counts'}`, async () => {
        expect(await refusal(verifySignature({ ...inputs.signature, revocation: revocationBy('ocsp'), now }))).to.equal(
          expected,
        );
      });
    }

    for (const [what, now, expected] of [
      ['a moment too early', listFrom - toleranceMs - 1, 'revocation'],
      ['as early as clocks may differ', listFrom - toleranceMs, undefined],
      ['as late as its week and the clocks allow', listTo + toleranceMs, undefined],
      ['a moment too late', listTo + toleranceMs + 1, 'revocation'],
    ] as const) {
      it(`the recorded list ${what} ${expected ? 'does not count' : 'counts'}, for both`, async () => {
        for (const kind of kinds) {
          const revocation = revocationBy('ocsp-then-crl', { crl });
          expect(await refusal(verifiers[kind]({ ...inputs[kind], revocation, now }))).to.equal(expected);
        }
      });
    }

    it('recorded answers are refused once the certificate has expired, and before it is valid', async () => {
      for (const now of [Date.parse('2026-01-06T14:25:00Z'), Date.parse('2029-01-05T14:25:01Z')]) {
        for (const kind of kinds) {
          const revocation = revocationBy('off');
          expect(await refusal(verifiers[kind]({ ...inputs[kind], revocation, now }))).to.equal('certificate-path');
        }
      }
    });
  });

  it('recorded answers are refused where nobody says that their certificates are not revoked', async () => {
    for (const kind of kinds) {
      const revocation = revocationBy('ocsp-then-crl', {});
      expect(await refusal(verifiers[kind]({ ...inputs[kind], revocation }))).to.equal('revocation');
    }
    const aboutAnother = revocationBy('ocsp', { ocsp });
    expect(await refusal(verifyAuthentication({ ...inputs.login, revocation: aboutAnother }))).to.equal('revocation');
  });
});

/** One bit of each, another one from byte to byte. */
function* eachByteChanged(bytes: Buffer): Generator<[at: number, changed: Buffer]> {
  for (const at of bytes.keys()) yield [at, withByteChanged(bytes, at)];
}

function withByteChanged(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes);
  changed.writeUInt8(changed.readUInt8(at) ^ (1 << (at % 8)), at);
  return changed;
}

/** A copy with these fields. */
function merged(value: any, change: any): any {
  const copy = structuredClone(value);
  for (const [key, other] of Object.entries(change)) {
    copy[key] = typeof other === 'object' && !Array.isArray(other) ? merged(copy[key] ?? {}, other) : other;
  }
  return copy;
}
