import { createHash } from 'node:crypto';
import { expect } from 'chai';
import {
  authCodeOf,
  messageToSign,
  sessionSecretDigestOf,
  userChallengeOf,
  verificationCodeOf,
} from '../../lib/simulator/calculations.js';

// The published examples of RP API 3.2.3.
const rpChallenge = 'GYS+yoah6emAcVDNIajwSs6UB/M95XrDxMzXBUkwQJ9YFDipXXzGpPc7raWcuc2+TEoRc7WvIZ/7dU/iRXenYg==';
const initialCallbackUrl = 'https://rp.example.com/callback-url?value=RrKjjT4aggzu27YBddX1bQ';
const sessionSecret = 'B98ODiVCebRedSwdTk51zFSaGYyHtY1H2A0ocAi3/Ps=';
const interactions =
  'W3sidHlwZSI6ImNvbmZpcm1hdGlvbk1lc3NhZ2UiLCJkaXNwbGF5VGV4dDIwMCI6IkxvbmdlciBkZXNjcmlwdGlvbiBvZiB0aGUgdHJhbnNhY3Rpb24gY29udGV4dCJ9LHsidHlwZSI6ImRpc3BsYXlUZXh0QW5kUElOIiwiZGlzcGxheVRleHQ2MCI6IlNob3J0IGRlc2NyaXB0aW9uIG9mIHRoZSB0cmFuc2FjdGlvbiBjb250ZXh0In1d';
const shared = {
  schemeName: 'smart-id',
  rpChallenge,
  relyingPartyName: 'DEMO',
  brokeredRpName: 'Example RP',
  interactions,
};

function exampleAuthCode(type: string, callbackUrl: string): string {
  const elapsed = type === 'QR' ? '&elapsedSeconds=22' : '';
  return authCodeOf(sessionSecret, {
    ...shared,
    signatureProtocol: 'ACSP_V2',
    challengeOrDigest: rpChallenge,
    initialCallbackUrl: callbackUrl,
    unprotectedLink: `https://smart-id.com/device-link?deviceLinkType=${type}${elapsed}&sessionToken=wGIrqveE6AuGDATZKmR1mtAZ&sessionType=auth&version=1.0&lang=eng`,
  });
}

describe('The calculations of the simulator give the published values', () => {
  it('for the authCode of a Web2App link', () => {
    expect(exampleAuthCode('Web2App', initialCallbackUrl)).to.equal('aegUh6gCKkXBJhhvtJqSTWB5_2W8TDQt5eZ7db6krv0');
  });

  it('for the authCode of an App2App link', () => {
    expect(exampleAuthCode('App2App', initialCallbackUrl)).to.equal('00NRcgi4Jk7WdIwgMPlyM8wRy9KMu4C_oQvd-N6PKoo');
  });

  it('for the authCode of a QR link', () => {
    expect(exampleAuthCode('QR', '')).to.equal('OY1eHaD4UYedrBwtqUbSkpa0w7ttm4FllPkCD_3wlE0');
  });

  const digest = 'FNZFFya5wGLv9b27fZngaWrOBqle4tGwxZuDFRBdPl1RQvxJsfoqvTbjafd+8BcehMOQGvak6zlP+F8tga4bfQ==';
  const ofSigning: [string, string, string][] = [
    ['Web2App', 'sign', 'R0iNcUp8nK1nqrcVFWerXUfWMSjwDOMC6MAHKrckaH8'],
    ['Web2App', 'cert', 'PI1qYa9_l6zR-v6Pkre6ycSm7S3BGiOQSe5OQlw4UJg'],
    ['App2App', 'sign', '8QZ16rkBW_ffkq6osT7UH1DbUlF9gEOZevgj-A0VNbM'],
    ['App2App', 'cert', 'AtayuRPP3N59wXF8Cijwjt3pQ16knW2L-5VLDTRD_KU'],
    ['QR', 'sign', '5PZVhiNDTnt1MjLz8_YCjnNtR7p0iGevaL2G1ajfMco'],
    ['QR', 'cert', 'T5pDDPAjoMS0byqS-FoaWVjlubODXoCCF4XDB4HeYNo'],
  ];
  for (const [type, sessionType, expected] of ofSigning) {
    it(`for the authCode of a ${type} link with sessionType ${sessionType}`, () => {
      const isSigned = sessionType === 'sign';
      const elapsed = type === 'QR' ? '&elapsedSeconds=22' : '';
      const authCode = authCodeOf(sessionSecret, {
        ...shared,
        signatureProtocol: isSigned ? 'RAW_DIGEST_SIGNATURE' : '',
        challengeOrDigest: isSigned ? digest : '',
        interactions: isSigned ? interactions : '',
        initialCallbackUrl: type === 'QR' ? '' : initialCallbackUrl,
        unprotectedLink: `https://smart-id.com/device-link?deviceLinkType=${type}${elapsed}&sessionToken=wGIrqveE6AuGDATZKmR1mtAZ&sessionType=${sessionType}&version=1.0&lang=eng`,
      });
      expect(authCode).to.equal(expected);
    });
  }

  it('for the ACSP_V2 message', () => {
    const message = messageToSign({
      ...shared,
      serverRandom: 'MTlop6EXCrQ6FOErcKjxUhbV',
      userChallenge: 'GnsWXXEjTCKR89fj9uo5u5ReBZ9JR7_pezLAI5jMS00',
      interactionTypeUsed: 'confirmationMessage',
      initialCallbackUrl,
      flowType: 'Web2App',
    });
    expect(createHash('sha512').update(message).digest('base64')).to.equal(
      'pKOjbNl/5Fy8NfrFqsj6pSn8W8O+Ik8rM33QSsbyD3J9qDJvEm90SboUciuY4wHGWa0Pnq8BgT3NJKmJiUDfKg==',
    );
  });

  it('for the verification code', () => {
    expect(verificationCodeOf(rpChallenge)).to.equal('7180');
  });

  it('for the callback', () => {
    expect(sessionSecretDigestOf(sessionSecret)).to.equal('U4CKK13H1XFiyBofev9asqrzIrY5_Gszi_nL_zDKkBc');
    expect(userChallengeOf('XtPfaGa8JnGtYrJjboooUf0KfY9sMEHrWFpSQrsUv9c')).to.equal(
      'GnsWXXEjTCKR89fj9uo5u5ReBZ9JR7_pezLAI5jMS00',
    );
  });
});
