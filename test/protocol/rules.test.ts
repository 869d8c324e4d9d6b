import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { acspV2Message } from '../../lib/protocol/acsp-v2.js';
import {
  checkCertificateLevel,
  checkSignatureChoice,
  hashAlgorithmOf,
  hashAlgorithms,
  hashOctets,
  impliedHashAlgorithm,
  signatureAlgorithms,
} from '../../lib/protocol/algorithms.js';
import { calculateAuthCode } from '../../lib/protocol/auth-code.js';
import { decodeBase64 } from '../../lib/protocol/base64.js';
import { checkCallbackUrl, createCallbackUrl, sessionSecretDigest } from '../../lib/protocol/callback.js';
import { challengeBytes } from '../../lib/protocol/challenge.js';
import { equalInConstantTime } from '../../lib/protocol/constant-time.js';
import { createDeviceLink } from '../../lib/protocol/device-link.js';
import { parseDocumentNumber } from '../../lib/protocol/document-number.js';
import { decodeInteractions, encodeInteractions } from '../../lib/protocol/interactions.js';
import { verificationCode } from '../../lib/protocol/verification-code.js';
import { SmartIdInputError } from '../../lib/shared/errors.js';
import { inputError } from '../support/errors.js';

const text = (value: unknown) => value as string;

describe('The rules of a callback URL', () => {
  const loopback = { allowLoopbackHttp: true };

  for (const url of [
    'https://rp.example.com',
    'https://rp.example.com/login/callback?value=1',
    'https://localhost/callback',
    "https://rp.example.com/a-._~!$&'()*+,;=:@/%C3%B5?/?:@!$&'()*+,;=%7C",
    'https://[2001:db8::1]:8443/callback',
  ]) {
    it(`allow ${url} always`, () => {
      for (const rules of [loopback, {}, undefined]) expect(checkCallbackUrl(url, 'callbackURL', rules)).to.equal(url);
    });
  }

  for (const url of ['http://localhost:3000/callback', 'http://127.0.0.1/callback', 'http://[::1]:3000/callback']) {
    it(`allow ${url} where http is allowed for this machine, and nowhere else`, () => {
      expect(checkCallbackUrl(url, 'callbackURL', loopback)).to.equal(url);
      for (const rules of [{}, undefined, { allowLoopbackHttp: false }]) {
        expect(() => checkCallbackUrl(url, 'callbackURL', rules)).to.throw(...inputError('callbackURL'));
      }
    });
  }

  for (const [url, rule] of [
    ['', /not empty/],
    [undefined, /not empty/],
    [7, /not empty/],
    ['https://rp.example.com/|', /must not contain/],
    ['https://rp.example.com/#part', /must not contain/],
    ['https://rp.example.com/a b', /must not contain/],
    ['https://rp.example.com/\n', /must not contain/],
    [`https://rp.example.com/${'x'.repeat(1778)}`, /at most 1800/],
    ['http://rp.example.com/', /https URL/],
    ['http://localhost.example.com/', /https URL/],
    ['http://localhost@rp.example.com/', /https URL/],
    ['HTTPS://rp.example.com/', /https URL/],
    ['ftp://localhost/', /https URL/],
    ['https://', /https URL/],
    ['https:///callback', /https URL/],
    ['https://?a', /https URL/],
    ['https://rp.example.com/%', /must not contain "%" \(U\+0025\): write it percent-encoded/],
    ['https://rp.example.com/%2', /must not contain "%"/],
    ['https://rp.example.com/%2G', /must not contain "%"/],
    ['https://rp.example.com/?a[0]=1', /must not contain "\["/],
    ['https://rp.example.com/[2001:db8::1]', /must not contain "\["/],
    ['https://rp.example.com/õ', /must not contain U\+00F5: write/],
    ['https://õ.example.com/', /must not contain U\+00F5: write the name of the host in ASCII, as "xn--\.\.\."\.$/],
    ['https://rp.example.com?õ', /must not contain U\+00F5: write it percent-encoded/],
    ['https://rp.example.com/🙂', /must not contain U\+1F642/],
    ['https://rp.example.com/\ud83d', /must not contain U\+D83D/],
    ['https://rp.example.com/\u007f', /must not contain U\+007F/],
    ...[...'"<>\\^`{|}'].map((character) => [`https://rp.example.com/${character}`, /must not contain "/] as const),
    ['rp.example.com/callback', /https URL/],
    ['/callback', /https URL/],
  ] as const) {
    it(`refuse ${JSON.stringify(url)?.slice(0, 50)}`, () => {
      const check = () => checkCallbackUrl(text(url), 'theField', loopback);
      expect(check).to.throw(...inputError('theField'));
      expect(check).to.throw(rule);
    });
  }

  it('are checked before the parameters are there and after', () => {
    expect(() => createCallbackUrl('http://rp.example.com/', {})).to.throw(...inputError('callbackURL'));
    const long = `https://rp.example.com/${'x'.repeat(1770)}`;
    expect(() => createCallbackUrl(long, { value: 'x'.repeat(20) })).to.throw(/^callbackURL .*at most 1800/);
  });
});

describe('The rules of an algorithm', () => {
  it('ask for a hash with rsassa-pss, and only with it', () => {
    for (const hashAlgorithm of hashAlgorithms)
      checkSignatureChoice({ signatureAlgorithm: 'rsassa-pss', hashAlgorithm });
    checkSignatureChoice({ signatureAlgorithm: 'sha256WithRSAEncryption' });
    for (const [field, choice] of [
      ['hashAlgorithm', { signatureAlgorithm: 'rsassa-pss' }],
      ['hashAlgorithm', { signatureAlgorithm: 'rsassa-pss', hashAlgorithm: 'SHA-1' }],
      ['hashAlgorithm', { signatureAlgorithm: 'sha256WithRSAEncryption', hashAlgorithm: 'SHA-256' }],
      ['signatureAlgorithm', { signatureAlgorithm: 'sha1WithRSAEncryption' }],
      ['signatureAlgorithm', { hashAlgorithm: 'SHA-256' }],
    ] as const) {
      expect(() => checkSignatureChoice(choice as never)).to.throw(...inputError(field));
    }
    expect(() => checkSignatureChoice({} as never)).to.throw(/rsassa-pss, sha256WithRSAEncryption/);
    expect(() => checkSignatureChoice({ signatureAlgorithm: 'rsassa-pss' })).to.throw(/SHA-256, SHA-384/);
  });

  it('know the hash that an algorithm names itself, and its length', () => {
    expect(impliedHashAlgorithm('sha384WithRSAEncryption')).to.equal('SHA-384');
    expect(impliedHashAlgorithm('rsassa-pss')).to.equal(undefined);
    expect(hashAlgorithms.map(hashOctets)).to.deep.equal([32, 48, 64, 32, 48, 64]);
  });

  it('know the hash that is signed', () => {
    for (const hashAlgorithm of hashAlgorithms) {
      expect(hashAlgorithmOf({ signatureAlgorithm: 'rsassa-pss', hashAlgorithm })).to.equal(hashAlgorithm);
    }
    const deprecated = signatureAlgorithms.filter((name) => name !== 'rsassa-pss');
    const implied = deprecated.map((signatureAlgorithm) => hashAlgorithmOf({ signatureAlgorithm }));
    expect(implied).to.deep.equal(['SHA-256', 'SHA-384', 'SHA-512']);
    expect(() => hashAlgorithmOf({ signatureAlgorithm: 'rsassa-pss' })).to.throw(...inputError('hashAlgorithm'));
  });
});

describe('The rules of a text', () => {
  it('take nothing but a text', () => {
    const nothing = [undefined, null, 7, {}, ['PNOEE-30303039914-MOCK-Q']];
    for (const value of nothing) {
      expect(() => challengeBytes(text(value))).to.throw(...inputError('rpChallenge'));
      expect(() => sessionSecretDigest(text(value))).to.throw(...inputError('sessionSecret'));
      expect(() => parseDocumentNumber(text(value))).to.throw(...inputError('documentNumber'));
      expect(() => decodeInteractions(text(value), 'notification')).to.throw(...inputError('interactions'));
    }
  });

  it('take a document number as a whole', () => {
    for (const value of ['xPNOEE-30303039914-MOCK-Q', 'PNOEE-30303039914-MOCK-Q\nx', 'PNOEE-1-2-3-4-5-6']) {
      expect(() => parseDocumentNumber(value)).to.throw(...inputError('documentNumber'));
    }
  });

  it('take Base64 as a whole, in groups of four', () => {
    for (const value of ['AAAA ', ' AAAA', 'AAA', 'AAAAA', 'AAAA=', 'AA=A', 'AAAA\n', 'AA==AAAA', '=', '====']) {
      expect(decodeBase64(value), value).to.equal(undefined);
    }
    for (const value of ['', 'AAAA', 'AAA=', 'AA==']) expect(decodeBase64(value)).to.be.instanceOf(Buffer);
  });

  it('take a challenge from its shortest to its longest', () => {
    for (const length of [32, 64])
      expect(challengeBytes(Buffer.alloc(length).toString('base64'))).to.have.length(length);
  });

  it('fill a code up to four digits', () => {
    // Found by trying: a challenge whose code begins with a zero.
    const rpChallenge = Array.from({ length: 200 }, (_, index) => Buffer.alloc(32, index).toString('base64')).find(
      (challenge) => verificationCode(challenge).startsWith('0'),
    );
    expect(verificationCode(rpChallenge ?? '')).to.match(/^0\d{3}$/);
  });
});

describe('The rules of interactions', () => {
  const types = 'displayTextAndPIN, confirmationMessage';

  for (const [list, message] of [
    [[], 'interactions must be a list of at least one interaction.'],
    [[null], 'interactions[0] must be an object with a type and a text.'],
    [['x'], 'interactions[0] must be an object with a type and a text.'],
    [[{ type: 'x' }], `interactions[0].type must be one of ${types} in a device-link flow.`],
    [
      [{ type: 'confirmationMessage', displayText200: 'x', displayText60: 'x' }],
      'interactions[0].displayText60 does not belong to confirmationMessage, whose text is displayText200.',
    ],
    [
      [{ type: 'displayTextAndPIN', displayText60: 'x', displayText200: 'x' }],
      'interactions[0].displayText200 does not belong to displayTextAndPIN, whose text is displayText60.',
    ],
    [[{ type: 'displayTextAndPIN' }], 'interactions[0].displayText60 must be a text that is not empty.'],
    [
      [{ type: 'displayTextAndPIN', displayText60: ' \n' }],
      'interactions[0].displayText60 must be a text that is not empty.',
    ],
    [
      [{ type: 'displayTextAndPIN', displayText60: 7 }],
      'interactions[0].displayText60 must be a text that is not empty.',
    ],
    [
      [{ type: 'displayTextAndPIN', displayText60: 'x'.repeat(61) }],
      'interactions[0].displayText60 must have at most 60 characters, not 61.',
    ],
    [
      [
        { type: 'displayTextAndPIN', displayText60: 'x' },
        { type: 'displayTextAndPIN', displayText60: 'y' },
      ],
      'interactions[1].type repeats displayTextAndPIN; each type may come once.',
    ],
  ] as const) {
    it(`say ${message}`, () => {
      expect(() => encodeInteractions(list as never, 'device-link')).to.throw(message);
      const encoded = Buffer.from(JSON.stringify(list)).toString('base64');
      expect(() => decodeInteractions(encoded, 'device-link')).to.throw(message);
    });
  }

  const inText = (shown: string, field = 'displayText200') =>
    field === 'displayText60'
      ? [{ type: 'displayTextAndPIN', displayText60: shown }]
      : [{ type: 'confirmationMessage', displayText200: shown }];

  for (const [what, first, last] of [
    ['control characters, tabs and line breaks', 0x00, 0x1f],
    ['control characters', 0x7f, 0x9f],
    ['a soft hyphen', 0xad, 0xad],
    ['a mark of the direction of text', 0x61c, 0x61c],
    ['a zero-width space', 0x200b, 0x200b],
    ['marks of the direction of text', 0x200e, 0x200f],
    ['line and paragraph separators', 0x2028, 0x2029],
    ['embeddings and overrides of the direction of text', 0x202a, 0x202e],
    ['letters that only fill a place', 0x115f, 0x1160],
    ['another one', 0x3164, 0x3164],
    ['a word joiner and invisible operators', 0x2060, 0x2064],
    ['isolates of the direction of text', 0x2066, 0x2069],
    ['halves of a character', 0xd800, 0xdfff],
    ['a byte order mark', 0xfeff, 0xfeff],
    ['tags', 0xe0020, 0xe007f],
  ] as const) {
    it(`allow no text with ${what}, and name the field and the character by its code`, () => {
      for (let code = first; code <= last; code++) {
        const hex = code.toString(16).toUpperCase().padStart(4, '0');
        for (const field of ['displayText60', 'displayText200']) {
          const list = inText(`Pay 10${String.fromCodePoint(code)} euros`, field);
          const message = `interactions[0].${field} must not contain U+${hex}:`;
          expect(() => encodeInteractions(list as never, 'device-link'), hex).to.throw(SmartIdInputError, message);
          const encoded = Buffer.from(JSON.stringify(list)).toString('base64');
          expect(() => decodeInteractions(encoded, 'device-link'), hex).to.throw(SmartIdInputError, message);
        }
      }
    });
  }

  it('allow no text in which nothing can be seen', () => {
    for (const blank of ['\u00a0', '\u200d', '\u200c\u200d', '\ufe0f', '\u034f']) {
      const encode = () => encodeInteractions(inText(blank) as never, 'device-link');
      expect(encode, JSON.stringify(blank)).to.throw(
        'interactions[0].displayText200 must be a text that is not empty.',
      );
    }
  });

  it('allow texts of any script, and emoji with their joiners', () => {
    for (const shown of [
      'Õ š ž ŗ ą ё é ß',
      'ورود به سایت می‌خواهم',
      'שלום',
      '\u0600١٢',
      'क्‍ष',
      '中文',
      '👩‍💻❤️1️⃣🇪🇪',
      'O\u0303 \u0160',
      'a | b "c" \\ 5 €\u00a0/ m²',
    ]) {
      expect(
        decodeInteractions(encodeInteractions(inText(shown) as never, 'device-link'), 'device-link'),
      ).to.deep.equal(inText(shown));
    }
  });

  for (const [field, maxLength] of [
    ['displayText60', 60],
    ['displayText200', 200],
  ] as const) {
    it(`count ${field} as JavaScript's length does, in which an emoji is two`, () => {
      encodeInteractions(inText('🙂'.repeat(maxLength / 2), field) as never, 'device-link');
      const tooLong = inText(`${'🙂'.repeat(maxLength / 2)}x`, field);
      expect(() => encodeInteractions(tooLong as never, 'device-link')).to.throw(
        `interactions[0].${field} must have at most ${maxLength} characters, not ${maxLength + 1}.`,
      );
    });
  }

  it('say how a list is encoded', () => {
    for (const encoded of ['', 'AAAA', 'not base64', Buffer.from('{').toString('base64')]) {
      expect(() => decodeInteractions(encoded, 'device-link')).to.throw(/^interactions must be Base64 of a JSON array/);
    }
  });
});

describe('A calculation without what it does not need', () => {
  const sessionSecret = Buffer.alloc(32, 1).toString('base64');
  const common = { schemeName: 'smart-id', relyingPartyName: 'DEMO', sessionSecret } as const;
  const authCode = (payload: string) => createHmac('sha256', Buffer.alloc(32, 1)).update(payload).digest('base64url');
  const name = Buffer.from('DEMO').toString('base64');

  for (const [sessionType, payload] of [
    ['auth', `smart-id|ACSP_V2||${name}||||link`],
    ['sign', `smart-id|RAW_DIGEST_SIGNATURE||${name}||||link`],
    ['cert', `smart-id|||${name}||||link`],
  ] as const) {
    it(`keeps the places of what is empty: ${sessionType}`, () => {
      const input = { ...common, sessionType, deviceLinkType: 'Web2App' } as const;
      expect(calculateAuthCode(input, 'link')).to.equal(authCode(payload));
    });
  }

  it('leaves out of a certificate choice what the others have', () => {
    const input = { ...common, sessionType: 'cert', deviceLinkType: 'Web2App', interactions: 'W10=' } as const;
    const filled = { ...input, digest: 'AAAA', rpChallenge: 'AAAA', initialCallbackUrl: 'https://rp.example.com/' };
    expect(calculateAuthCode(filled, 'link')).to.equal(authCode(`smart-id|||${name}|||https://rp.example.com/|link`));
    const link = {
      ...filled,
      deviceLinkBase: 'https://smart-id.com/device-link',
      sessionToken: 'A'.repeat(24),
      lang: 'eng',
    };
    expect(createDeviceLink({ ...link, interactions: undefined } as never)).to.contain('sessionType=cert');
  });

  it('keeps the place of a callback URL that is not there', () => {
    const message = acspV2Message({
      schemeName: 'smart-id',
      serverRandom: 'r',
      rpChallenge: 'c',
      userChallenge: 'u',
      relyingPartyName: 'DEMO',
      interactions: 'W10=',
      interactionTypeUsed: 'displayTextAndPIN',
      flowType: 'Web2App',
    });
    expect(message).to.match(/\|displayTextAndPIN\|\|Web2App$/);
  });

  for (const [field, rule] of [
    ['deviceLinkType', 'must be QR, Web2App or App2App.'],
    ['sessionType', 'must be auth, sign or cert.'],
    ['lang', 'must be one of eng, est, lav, lit, rus, nld, fra, deu.'],
    ['sessionToken', 'must be a text that is not empty.'],
    ['deviceLinkBase', 'must be a text that is not empty.'],
  ] as const) {
    it(`says of ${field} that it ${rule}`, () => {
      const link = {
        ...common,
        sessionType: 'auth',
        deviceLinkType: 'QR',
        elapsedSeconds: 0,
        rpChallenge: Buffer.alloc(32).toString('base64'),
        interactions: 'W10=',
        deviceLinkBase: 'https://smart-id.com/device-link',
        sessionToken: 'A'.repeat(24),
        lang: 'eng',
      };
      expect(createDeviceLink(link as never)).to.be.a('string');
      for (const value of [7, undefined]) {
        expect(() => createDeviceLink({ ...link, [field]: value } as never)).to.throw(`${field} ${rule}`);
      }
    });
  }

  it('asks for a callback URL on the same device, which may be http on this machine', () => {
    const link = {
      ...common,
      sessionType: 'cert',
      deviceLinkType: 'App2App',
      deviceLinkBase: 'https://smart-id.com/device-link',
      sessionToken: 'A'.repeat(24),
      lang: 'eng',
    } as const;
    expect(createDeviceLink({ ...link, initialCallbackUrl: 'http://localhost:3000/' })).to.contain('App2App');
    expect(() => createDeviceLink(link)).to.throw('initialCallbackUrl must be a URL that is not empty.');
  });
});

describe('The rules of a certificate level', () => {
  it('allow those that are given', () => {
    checkCertificateLevel('QSCD', ['ADVANCED', 'QSCD']);
    const check = () => checkCertificateLevel('QUALIFIED', ['ADVANCED', 'QSCD']);
    expect(check).to.throw(...inputError('certificateLevel'));
    expect(check).to.throw('certificateLevel must be one of ADVANCED, QSCD.');
  });
});

describe('A comparison in constant time', () => {
  it('is one of whole texts of any length', () => {
    for (const [left, right] of [
      ['', ''],
      ['secret', 'secret'],
      ['šķēre', 'šķēre'],
    ] as const) {
      expect(equalInConstantTime(left, right)).to.equal(true);
    }
    for (const [left, right] of [
      ['secret', 'secreT'],
      ['secret', 'secret '],
      ['secret', ''],
      ['š', 's'],
    ] as const) {
      expect(equalInConstantTime(left, right), right).to.equal(false);
    }
  });
});
