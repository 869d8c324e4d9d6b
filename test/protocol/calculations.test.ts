import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { acspV2Message } from '../../lib/protocol/acsp-v2.js';
import { sessionSecretDigest, userChallenge } from '../../lib/protocol/callback.js';
import { challengeBytes, generateChallenge } from '../../lib/protocol/challenge.js';
import { createDeviceLink } from '../../lib/protocol/device-link.js';
import { verificationCode } from '../../lib/protocol/verification-code.js';
import { inputError } from '../support/errors.js';
import { acspV2, acspV2Digest, callback, common, deviceLinks, rpChallenge } from './vectors.js';

describe('Published test values', () => {
  for (const { fields, authCode } of deviceLinks) {
    it(`give the authCode of a ${fields.deviceLinkType} link for ${fields.sessionType}`, () => {
      const elapsed = fields.deviceLinkType === 'QR' ? '&elapsedSeconds=22' : '';
      expect(createDeviceLink({ ...common, ...fields })).to.equal(
        `https://smart-id.com/device-link?deviceLinkType=${fields.deviceLinkType}${elapsed}` +
          `&sessionToken=wGIrqveE6AuGDATZKmR1mtAZ&sessionType=${fields.sessionType}&version=1.0&lang=eng&authCode=${authCode}`,
      );
    });
  }

  it('give the digest of the ACSP_V2 message', () => {
    expect(createHash('sha512').update(acspV2Message(acspV2)).digest('base64')).to.equal(acspV2Digest);
  });

  it('give the verification code', () => {
    expect(verificationCode(rpChallenge)).to.equal('7180');
  });

  it('give the digests of the callback', () => {
    expect(sessionSecretDigest(callback.sessionSecret)).to.equal(callback.sessionSecretDigest);
    expect(userChallenge(callback.userChallengeVerifier)).to.equal(callback.userChallenge);
  });
});

describe('An ACSP_V2 message', () => {
  it('holds no callback URL for QR and Notification', () => {
    for (const flowType of ['QR', 'Notification'] as const) {
      expect(
        acspV2Message({ ...acspV2, flowType })
          .split('|')
          .slice(-2),
      ).to.deep.equal(['', flowType]);
    }
  });

  it('holds the callback URL for Web2App and App2App', () => {
    for (const flowType of ['Web2App', 'App2App'] as const) {
      const message = acspV2Message({ ...acspV2, flowType, initialCallbackUrl: 'https://rp.example.com/' });
      expect(message.split('|').slice(-2)).to.deep.equal(['https://rp.example.com/', flowType]);
    }
  });

  it('keeps the separators of a brokered name that is not there', () => {
    expect(acspV2Message({ ...acspV2, brokeredRpName: undefined })).to.contain('|REVNTw==||');
  });
});

describe('A challenge', () => {
  it('is Base64 of 64 bytes and new each time', () => {
    const challenge = generateChallenge();
    expect(challengeBytes(challenge)).to.have.length(64);
    expect(generateChallenge()).to.not.equal(challenge);
  });

  for (const [reason, value] of [
    ['too short', Buffer.alloc(31).toString('base64')],
    ['too long', Buffer.alloc(65).toString('base64')],
    ['Base64URL', Buffer.alloc(33, 0xff).toString('base64url')],
    ['not canonical', `${Buffer.alloc(32).toString('base64').slice(0, -2)}B=`],
    ['not a text', 42 as unknown as string],
  ] as const) {
    it(`is refused when it is ${reason}`, () => {
      expect(() => verificationCode(value)).to.throw(...inputError('rpChallenge'));
    });
  }
});

describe('A device link', () => {
  const link = { ...common, ...deviceLinks[0].fields };
  const qr = { ...common, ...deviceLinks[6].fields };

  for (const [field, input] of [
    ['deviceLinkType', { ...link, deviceLinkType: 'qr' }],
    ['sessionType', { ...link, sessionType: 'login' }],
    ['lang', { ...link, lang: 'en' }],
    ['sessionToken', { ...link, sessionToken: '' }],
    ['sessionSecret', { ...link, sessionSecret: 'not base64!' }],
    ['sessionSecret', { ...link, sessionSecret: '' }],
    ['rpChallenge', { ...link, rpChallenge: undefined }],
    ['interactions', { ...link, interactions: undefined }],
    ['initialCallbackUrl', { ...link, initialCallbackUrl: undefined }],
    ['digest', { ...link, sessionType: 'sign' }],
    ['elapsedSeconds', { ...qr, elapsedSeconds: undefined }],
    ['elapsedSeconds', { ...qr, elapsedSeconds: 1.5 }],
    ['elapsedSeconds', { ...qr, elapsedSeconds: -1 }],
  ] as const) {
    it(`is refused when ${field} is ${JSON.stringify((input as Record<string, unknown>)[field])}`, () => {
      expect(() => createDeviceLink(input as never)).to.throw(...inputError(field));
    });
  }

  it('leaves the callback URL out of a QR code even when one was sent', () => {
    expect(createDeviceLink({ ...qr, initialCallbackUrl: undefined })).to.equal(createDeviceLink(qr));
  });
});
