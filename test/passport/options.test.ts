import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { SmartIdSigning, SmartIdStrategy, Strategy } from '../../lib/index.js';
import { SmartIdLogin } from '../../lib/login/index.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { inputError } from '../support/errors.js';

describe('The options of the strategy', () => {
  let simulator: Simulator;
  let good: any;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
    good = {
      environment: 'demo',
      relyingPartyUUID: simulator.relyingPartyUUID,
      relyingPartyName: 'DEMO',
      trustAnchors: simulator.trustAnchors,
    };
  });
  after(() => simulator.close());

  const make = (options: any, verify: any = async () => false) => new SmartIdStrategy(options, verify);
  const url = 'https://rp.example.com/callback';
  const uuid = '00000000-0000-4000-8000-000000000000';
  const pinnedKeys = [Buffer.alloc(32).toString('base64')];

  it('need no more than the contract and the anchors', () => {
    expect(make(good)).to.have.property('name', 'smart-id');
    expect(Strategy).to.equal(SmartIdStrategy);
  });

  it('may all be given', () => {
    make({
      ...good,
      environment: { baseUrl: 'https://rp-api.example.com/v3', schemeName: 'smart-id' },
      brokeredRpName: 'Example',
      callbackURL: url,
      appCallbackURL: `${url}/app`,
      interactions: [{ type: 'displayTextAndPIN', displayText60: 'Log in' }],
      revocation: 'ocsp',
      countries: ['EE', 'LV'],
      certificateLevel: 'ADVANCED',
      signatureAlgorithm: 'rsassa-pss',
      hashAlgorithm: 'SHA3-256',
      lang: 'est',
      identify: () => undefined,
      flow: 'notification',
      requestProperties: { shareMdClientIpAddress: true },
      loginURL: '/login',
      clock: () => Date.now(),
      passReqToCallback: false,
      fetch,
    });
    make({ ...good, pinnedKeys });
  });

  it('do not let pins be ignored', () => {
    expect(() => make({ ...good, pinnedKeys, fetch })).to.throw(...inputError('pinnedKeys'));
  });

  it('of the live service without pins are warned of, once in a process', async () => {
    const module = new URL('../../lib/client.js', import.meta.url).href;
    const code = `
      const { SmartIdClient } = await import(${JSON.stringify(module)});
      const rp = { relyingPartyUUID: '${uuid}', relyingPartyName: 'DEMO' };
      process.on('warning', ({ name, code }) => console.log(name, code));
      new SmartIdClient({ ...rp, environment: 'demo' });
      new SmartIdClient({ ...rp, environment: 'live', pinnedKeys: ${JSON.stringify(pinnedKeys)} });
      new SmartIdClient({ ...rp, environment: 'live', fetch });
      const liveByAddress = { baseUrl: 'https://RP-API.smart-id.com:443/v3/', schemeName: 'smart-id' };
      console.log('now');
      await new Promise(setImmediate);
      new SmartIdClient({ ...rp, environment: liveByAddress });
      new SmartIdClient({ ...rp, environment: 'live' });`;
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [
      ...['--import', 'tsx', '--input-type=module'],
      ...['--eval', code],
    ]);
    expect(stdout).to.equal('now\nSmartIdWarning SMART_ID_NO_PINNED_KEYS\n');
    expect(stderr).to.contain('used without pinnedKeys');
  });

  const text = 'x'.repeat(3000);
  const bad: [field: string, values: unknown[]][] = [
    ['environment', [undefined, null, '', 'production', 'Live', 7]],
    [
      'environment.baseUrl',
      [
        {},
        { baseUrl: '' },
        { baseUrl: 'http://rp.example.com' },
        { baseUrl: 'ftp://x' },
        { baseUrl: 'http://localhost.evil.example/' },
        { baseUrl: 'https://x/?a', schemeName: 'x' },
      ].map((environment) => ({ environment })),
    ],
    [
      'environment.schemeName',
      [
        { baseUrl: 'https://x' },
        { baseUrl: 'https://x', schemeName: '' },
        { baseUrl: 'https://x', schemeName: 'a|b' },
      ].map((environment) => ({ environment })),
    ],
    ['relyingPartyUUID', [undefined, '', 'DEMO', uuid.slice(1), 7]],
    ['relyingPartyName', [undefined, '', ' ', text, 'x'.repeat(33), 7, 'DE\u0000MO', 'DE\u202eMO', 'DEMO\ud800']],
    ['brokeredRpName', ['', ' ', text, 7, null, 'A\nB', 'A\u200eB', '\udc00']],
    ['trustAnchors', [undefined, null, '', [], {}, 'nowhere', '-----BEGIN CERTIFICATE-----']],
    ['pinnedKeys', ['', [], 'AAAA', null]],
    ['pinnedKeys[0]', [[''], [7], [Buffer.alloc(31).toString('base64')]].map((pinnedKeys) => ({ pinnedKeys }))],
    [
      'callbackURL',
      [
        '',
        7,
        null,
        '/callback',
        'http://rp.example.com/',
        'javascript:alert(1)',
        `${url}#a`,
        `${url}?a|b`,
        `${url} `,
        `${url}?a=b c`,
        `${url}?a="b"`,
        `${url}?a={b}`,
        `${url}?a[]=b`,
        `${url}\\b`,
        `${url}/<b>`,
        `${url}/^`,
        `${url}/\``,
        `${url}/õ`,
        `${url}/%`,
        `${url}/%2`,
        `${url}/%zz`,
        'https:///callback',
        `https://x/${text}`,
      ],
    ],
    ['appCallbackURL', ['', 'myapp://callback', `${url}#a`, `${url}/õ`, 'http://localhost:3000/app']],
    [
      'interactions',
      [[], {}, 'Log in', [{ type: 'confirmationMessageAndVerificationCodeChoice', displayText200: 'x' }]],
    ],
    ['interactions[0]', [[null], ['x']].map((interactions) => ({ interactions }))],
    ['interactions[0].type', [[{}], [{ type: 'verificationCodeChoice' }]].map((interactions) => ({ interactions }))],
    [
      'interactions[0].displayText60',
      [{}, { displayText60: '' }, { displayText60: ' ' }, { displayText60: 'x'.repeat(61) }, { displayText60: 7 }].map(
        (given) => ({ interactions: [{ type: 'displayTextAndPIN', ...given }] }),
      ),
    ],
    [
      'interactions[0].displayText200',
      [
        { interactions: [{ type: 'displayTextAndPIN', displayText60: 'x', displayText200: 'x' }] },
        { interactions: [{ type: 'confirmationMessage', displayText200: 'x'.repeat(201) }] },
      ],
    ],
    ['interactions[1].type', [{ interactions: [1, 2].map(() => ({ type: 'displayTextAndPIN', displayText60: 'x' })) }]],
    ['revocation', ['', 'crl', 'OCSP', true, null]],
    [
      'countries',
      [
        null,
        'EE',
        {},
        new Set(['EE']),
        { length: 1, 0: 'EE' },
        [],
        ['ee'],
        ['Ee'],
        ['E'],
        ['EST'],
        ['EE '],
        ['EE', ''],
        ['EE', 'LV', 'EE'],
        [undefined],
        ['EE', null],
        [['EE']],
        // biome-ignore lint/suspicious/noSparseArray: what is left out is no country.
        [, 'EE'],
      ],
    ],
    ['certificateLevel', ['', 'QSCD', 'qualified', 7, null]],
    ['signatureAlgorithm', ['', 'RSASSA-PSS', 'sha1WithRSAEncryption', null]],
    ['hashAlgorithm', ['', 'SHA-1', 'sha256', 7]],
    ['lang', ['', 'en', 'EST', null]],
    ['identify', ['PNOEE-40404040009', {}, null]],
    ['flow', ['', 'QR', 'push', null]],
    ['requestProperties', [null, [], 'x']],
    ['requestProperties.shareMdClientIpAddress', [{ requestProperties: { shareMdClientIpAddress: 'yes' } }]],
    ['requestProperties.other', [{ requestProperties: { other: true } }]],
    ['loginURL', ['', text, 7]],
    [
      'store',
      [
        null,
        {},
        { create() {}, read() {}, update() {} },
        ...[null, {}].map((limits) => ({ create() {}, read() {}, update() {}, take() {}, limits })),
      ],
    ],
    ['clock', [0, new Date(), null]],
    ['fetch', ['fetch', null, {}]],
    ['passReqToCallback', ['yes', 1, null]],
  ];
  for (const [field, values] of bad) {
    it(`are refused with the name ${field}`, () => {
      for (const value of values) {
        const isWhole = field.includes('.') || field.includes('[');
        const options = { ...good, ...(isWhole ? (value as object) : { [field]: value }) };
        expect(() => make(options), JSON.stringify(value)?.slice(0, 100)).to.throw(...inputError(field));
      }
    });
  }

  it('are refused where one is unknown, which may be a spelling mistake', () => {
    expect(() => make({ ...good, callbackUrl: url })).to.throw(...inputError('callbackUrl'));
  });

  it('are refused where they do not go together', () => {
    expect(() => make({ ...good, flow: 'app' })).to.throw(...inputError('appCallbackURL'));
    expect(() => make({ ...good, callbackURL: url, appCallbackURL: url })).to.throw(...inputError('appCallbackURL'));
    const deprecated = { signatureAlgorithm: 'sha256WithRSAEncryption', hashAlgorithm: 'SHA-256' };
    expect(() => make({ ...good, ...deprecated })).to.throw(...inputError('hashAlgorithm'));
  });

  it('take a callback by http on this machine with a simulator only, and say what to do with the others', () => {
    const simulated = { ...good, environment: simulator.environment };
    const makers = [
      make,
      (options: any) => new SmartIdLogin(options),
      (options: any) => new SmartIdSigning(options, () => undefined),
    ];
    for (const makeOne of makers) {
      for (const callbackURL of ['http://localhost:3000/c', 'http://127.0.0.1/c', 'http://[::1]:3000/c']) {
        makeOne({ ...simulated, callbackURL });
        const demoByAddress = { baseUrl: 'https://sid.demo.sk.ee/smart-id-rp/v3', schemeName: 'smart-id-demo' };
        for (const environment of ['live', 'demo', demoByAddress]) {
          for (const field of ['callbackURL', 'appCallbackURL']) {
            const start = () => makeOne({ ...good, environment, [field]: callbackURL });
            expect(start).to.throw(...inputError(field));
            expect(start).to.throw(/demo service: use an https address .*tunnel.* the simulator/);
          }
        }
      }
    }
    expect(() => make({ ...simulated, callbackURL: 'http://localhost.example.com/c' })).to.throw(
      ...inputError('callbackURL'),
    );
  });

  it('show the name of the site behind a broker, cut where no character is cut in halves', () => {
    for (const brokeredRpName of [`${'x'.repeat(49)}🙂`, '🙂'.repeat(50), 'x'.repeat(100)]) {
      make({ ...good, brokeredRpName });
    }
  });

  it('are refused when an anchor has expired', () => {
    const clock = () => Date.now() + 60 * 365 * 86_400_000;
    expect(() => make({ ...good, clock })).to.throw(...inputError('trustAnchors'));
  });

  it('are refused when they are no object, or without a verify function', () => {
    expect(() => make(undefined)).to.throw(...inputError('options'));
    expect(() => new SmartIdStrategy(good, undefined as never)).to.throw(...inputError('verify'));
  });
});
