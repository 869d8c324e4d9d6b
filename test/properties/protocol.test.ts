import { expect } from 'chai';
import fc from 'fast-check';
import { acspV2Message, type FlowType, flowTypes } from '../../lib/protocol/acsp-v2.js';
import { decodeBase64, encodeBase64 } from '../../lib/protocol/base64.js';
import { createCallbackUrl, sessionSecretDigest, userChallenge } from '../../lib/protocol/callback.js';
import { challengeBytes } from '../../lib/protocol/challenge.js';
import { equalInConstantTime } from '../../lib/protocol/constant-time.js';
import { createDeviceLink, linkLanguages } from '../../lib/protocol/device-link.js';
import { documentBelongsTo, parseDocumentNumber, semanticsIdentifierOf } from '../../lib/protocol/document-number.js';
import { decodeInteractions, encodeInteractions, type Interaction } from '../../lib/protocol/interactions.js';
import { parseSemanticsIdentifier } from '../../lib/protocol/semantics-identifier.js';
import { verificationCode } from '../../lib/protocol/verification-code.js';
import {
  authCodeOf,
  messageToSign,
  sessionSecretDigestOf,
  userChallengeOf,
  verificationCodeOf,
} from '../../lib/simulator/calculations.js';
import { anyText, anything, check, resultOf } from './input.js';

const base64 = (minLength: number, maxLength = minLength) =>
  fc.uint8Array({ minLength, maxLength }).map((bytes) => Buffer.from(bytes).toString('base64'));
const letters = fc.string({ unit: fc.constantFrom(...'ABCabc019'), minLength: 24, maxLength: 40 });
const callbackUrl = fc
  .webUrl({ validSchemes: ['https'], withQueryParameters: true })
  .filter((url) => !url.includes('|'));
const code = fc.string({ unit: fc.constantFrom(...'0123456789ABCxyz'), minLength: 1, maxLength: 20 });
const semanticsIdentifier = fc
  .tuple(
    fc.constantFrom('PNO', 'PAS', 'IDC'),
    fc.constantFrom('EE', 'LV', 'KZ'),
    fc.array(code, { minLength: 1, maxLength: 2 }),
  )
  .map(([type, country, parts]) => `${type}${country}-${parts.join('-').slice(0, 30)}`)
  .filter((text) => !text.endsWith('-'));

describe('Base64, whatever it is made of', () => {
  it('comes back as the bytes that it was made of', () => {
    check(fc.uint8Array(), (bytes) => {
      expect(decodeBase64(Buffer.from(bytes).toString('base64'))).to.deep.equal(Buffer.from(bytes));
    });
    check(anyText, (text) => {
      expect(decodeBase64(encodeBase64(text))?.toString('utf8')).to.equal(Buffer.from(text, 'utf8').toString('utf8'));
    });
  });

  it('has one spelling for each value, and no other is taken', () => {
    const nearly = fc.oneof(anyText, fc.string({ unit: fc.constantFrom(...'AZaz09+/=-_ \n'), maxLength: 12 }));
    check(nearly, (text) => {
      const bytes = decodeBase64(text);
      if (bytes) expect(bytes.toString('base64')).to.equal(text);
    });
  });
});

describe('An identifier, whatever it is made of', () => {
  it('is taken apart into what makes it up again, or refused without being repeated', () => {
    check(fc.oneof(semanticsIdentifier, anything as fc.Arbitrary<string>), (text) => {
      const parts = resultOf(() => parseSemanticsIdentifier(text), text);
      if (parts) expect(`${parts.identifierType}${parts.country}-${parts.personalCode}`).to.equal(text);
    });
    check(semanticsIdentifier, (text) => {
      expect(parseSemanticsIdentifier(text).personalCode).to.equal(text.slice(6));
    });
  });

  it('has documents that belong to it and to nobody else', () => {
    const suffix = fc.tuple(code, code).map((parts) => `-${parts.join('-')}`);
    check(fc.tuple(semanticsIdentifier, suffix, semanticsIdentifier), ([owner, end, other]) => {
      const documentNumber = parseDocumentNumber(owner + end);
      expect(semanticsIdentifierOf(documentNumber)).to.equal(owner);
      expect(documentBelongsTo(documentNumber, owner)).to.equal(true);
      expect(documentBelongsTo(documentNumber, other)).to.equal(owner === other);
    });
    check(anything as fc.Arbitrary<string>, (text) => {
      const documentNumber = resultOf(() => parseDocumentNumber(text), text);
      if (documentNumber !== undefined) expect(documentNumber).to.match(/^[A-Z]{5}-[A-Za-z0-9-]+$/);
    });
  });
});

describe('Interactions, whatever they are made of', () => {
  const interaction: fc.Arbitrary<Interaction> = fc.oneof(
    anyText.map((displayText60) => ({ type: 'displayTextAndPIN', displayText60 }) as const),
    anyText.map((displayText200) => ({ type: 'confirmationMessage', displayText200 }) as const),
    anyText.map(
      (displayText200) => ({ type: 'confirmationMessageAndVerificationCodeChoice', displayText200 }) as const,
    ),
  );

  it('come back as they were, or are refused', () => {
    check(
      fc.tuple(fc.array(interaction, { maxLength: 4 }), fc.constantFrom('device-link', 'notification')),
      ([list, set]) => {
        const encoded = resultOf(() => encodeInteractions(list, set as 'notification'), undefined);
        if (encoded === undefined) return;
        const same = JSON.parse(JSON.stringify(list));
        expect(JSON.parse(Buffer.from(encoded, 'base64').toString('utf8'))).to.deep.equal(
          JSON.parse(Buffer.from(JSON.stringify(same), 'utf8').toString('utf8')),
        );
        expect(decodeInteractions(encoded, set as 'notification')).to.have.length(list.length);
      },
    );
  });

  it('are refused when they are anything else', () => {
    check(anything, (any) => {
      expect(resultOf(() => encodeInteractions(any as never, 'notification'), any)).to.equal(undefined);
      expect(resultOf(() => decodeInteractions(any as never, 'notification'), any)).to.equal(undefined);
    });
    check(fc.jsonValue(), (any) => {
      const encoded = Buffer.from(JSON.stringify(any)).toString('base64');
      expect(resultOf(() => decodeInteractions(encoded, 'notification'), encoded)).to.equal(undefined);
    });
  });
});

describe('A calculation, whatever it is made of', () => {
  const texts = fc.record({
    schemeName: fc.constantFrom('smart-id', 'smart-id-demo'),
    relyingPartyName: anyText.filter((text) => text !== ''),
    brokeredRpName: fc.oneof(fc.constant(''), anyText),
    interactions: base64(1, 300),
    initialCallbackUrl: callbackUrl,
  });

  it('gives the message that the app signs', () => {
    const answer = fc.record({
      serverRandom: base64(18, 60),
      rpChallenge: base64(32, 64),
      userChallenge: letters,
      interactionTypeUsed: fc.constantFrom('displayTextAndPIN', 'confirmationMessage'),
      flowType: fc.constantFrom<FlowType>(...flowTypes),
    });
    check(fc.tuple(texts, answer), ([session, answered]) => {
      const { flowType } = answered;
      const isSameDevice = flowType === 'Web2App' || flowType === 'App2App';
      const initialCallbackUrl = isSameDevice ? session.initialCallbackUrl : '';
      const message = acspV2Message({ ...session, ...answered });
      expect(message).to.equal(messageToSign({ ...session, ...answered, initialCallbackUrl }).toString('utf8'));
      expect(message.split('|')).to.have.length(11);
    });
  });

  it('gives a link that the app takes', () => {
    const created = fc.record({
      sessionSecret: base64(18, 64),
      rpChallenge: base64(32, 64),
      sessionToken: letters,
      deviceLinkBase: fc.constantFrom('https://smart-id.com/device-link', 'http://127.0.0.1:3000/device-link'),
      lang: fc.constantFrom(...linkLanguages),
      deviceLinkType: fc.constantFrom('QR', 'Web2App', 'App2App'),
      elapsedSeconds: fc.nat(300),
    });
    const digest = fc
      .uint8Array({ minLength: 64, maxLength: 64 })
      .map((bytes) => Buffer.from(bytes).toString('base64'));
    const sessionTypes = fc.constantFrom('auth', 'sign', 'cert');
    check(fc.tuple(texts, created, digest, sessionTypes), ([session, all, digest, sessionType]) => {
      const link = createDeviceLink({ ...session, ...all, digest, sessionType });
      const [unprotectedLink = '', authCode, ...rest] = link.split('&authCode=');
      expect(rest).to.deep.equal([]);
      const initialCallbackUrl = all.deviceLinkType === 'QR' ? '' : session.initialCallbackUrl;
      const ofType = {
        auth: { signatureProtocol: 'ACSP_V2', challengeOrDigest: all.rpChallenge },
        sign: { signatureProtocol: 'RAW_DIGEST_SIGNATURE', challengeOrDigest: digest },
        cert: { signatureProtocol: '', challengeOrDigest: '', interactions: '' },
      }[sessionType];
      const input = { ...session, ...all, ...ofType, initialCallbackUrl, unprotectedLink };
      expect(authCode).to.equal(authCodeOf(all.sessionSecret, input));
      const query = new URL(link).searchParams;
      expect([...query.keys()]).to.deep.equal([
        'deviceLinkType',
        ...(all.deviceLinkType === 'QR' ? ['elapsedSeconds'] : []),
        'sessionToken',
        'sessionType',
        'version',
        'lang',
        'authCode',
      ]);
    });
  });

  it('gives the code and the digests that the app has', () => {
    check(base64(32, 64), (rpChallenge) => {
      expect(challengeBytes(rpChallenge).toString('base64')).to.equal(rpChallenge);
      expect(verificationCode(rpChallenge))
        .to.match(/^\d{4}$/)
        .and.to.equal(verificationCodeOf(rpChallenge));
    });
    check(fc.tuple(base64(1, 64), anyText), ([secret, verifier]) => {
      expect(sessionSecretDigest(secret)).to.equal(sessionSecretDigestOf(secret));
      expect(userChallenge(verifier)).to.equal(userChallengeOf(verifier));
    });
  });

  it('is refused, and what is secret not repeated, when it is made of anything else', () => {
    check(anything as fc.Arbitrary<string>, (any) => {
      resultOf(() => challengeBytes(any), any);
      resultOf(() => sessionSecretDigest(any), any);
      resultOf(() => createDeviceLink({ sessionSecret: any, rpChallenge: any, sessionType: 'auth' } as never), any);
    });
    check(fc.tuple(anyText, anyText), ([one, other]) => {
      expect(equalInConstantTime(one, other)).to.equal(one === other);
      expect(equalInConstantTime(one, one)).to.equal(true);
    });
  });
});

describe('A callback URL, whatever it is made of', () => {
  it('keeps its base and its parameters, or is refused', () => {
    check(fc.tuple(fc.oneof(callbackUrl, anyText), anyText), ([base, value]) => {
      const url = resultOf(() => createCallbackUrl(base, { value }), undefined);
      if (url === undefined) return;
      expect(url.startsWith(base)).to.equal(true);
      expect(url)
        .to.match(/^https:\/\/([^|#]+)$/)
        .and.to.have.property('length')
        .at.most(1800);
      expect(new URL(url).origin).to.equal(new URL(base).origin);
      expect(new URL(url).searchParams.getAll('value').at(-1)).to.equal(Buffer.from(value, 'utf8').toString('utf8'));
    });
  });
});
