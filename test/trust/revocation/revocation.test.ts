import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect } from 'chai';
import { type RevocationCheckMessage, revocationCheckChannel } from '../../../lib/shared/diagnostics.js';
import { type Simulator, startSimulator } from '../../../lib/simulator/index.js';
import { type Certificate, parseCertificate } from '../../../lib/trust/certificate.js';
import { createRevocationChecker } from '../../../lib/trust/revocation/over-http.js';
import {
  type FetchRevocation,
  RevocationChecker,
  type RevocationPolicy,
} from '../../../lib/trust/revocation/revocation.js';
import { crlFaults, good, ocspFaults, pathOf, revoked, unknown } from '../../attacks/revocation.js';
import {
  addresses,
  generalized,
  handmadeAuthority,
  handmadeCertificate,
  handmadeList,
  handmadeOcspAnswer,
  nameOf,
  newKeys,
} from '../../support/handmade.js';
import { der, hex } from '../../support/hex-der.js';

const minute = 60_000;

type FetchRequest = Omit<Parameters<FetchRevocation>[0], 'body'> & { isAsked: boolean };

describe('Revocation', () => {
  let simulator: Simulator;
  let time = Date.now();
  const paths: Record<string, Certificate[]> = {};

  before(async () => {
    simulator = await startSimulator({ port: 0, clock: () => time });
    for (const documentNumber of [good, revoked, unknown, 'PNOLV-040404-10003-DEMO-Q']) {
      paths[documentNumber] = await pathOf(simulator, documentNumber);
    }
  });
  after(() => simulator.close());
  beforeEach(() => {
    time = Date.now();
    Object.assign(simulator.revocation, { ocspProfile: 'recorded', responder: 'delegated', returnsNonce: true });
    simulator.revocation.ocspFault = undefined;
    simulator.revocation.crlFault = undefined;
    Object.assign(simulator.revocation.requests, { ocsp: 0, crl: 0 });
  });

  const refusal = (documentNumber: string, policy?: RevocationPolicy, checker = createRevocationChecker(policy)) =>
    checker.refuse(paths[documentNumber] as Certificate[], time);
  const asked = () => ({ ...simulator.revocation.requests });

  for (const responder of ['delegated', 'direct'] as const) {
    it(`is told by OCSP, from a ${responder} responder`, async () => {
      simulator.revocation.responder = responder;
      expect(await refusal(good)).to.equal(undefined);
      expect(await refusal('PNOLV-040404-10003-DEMO-Q'), 'an RSA authority').to.equal(undefined);
      expect(await refusal(revoked)).to.contain('is revoked');
      expect(await refusal(unknown)).to.contain('unknown to its CA');
      expect(asked()).to.deep.equal({ ocsp: 4, crl: 0 });
    });
  }

  it('is told by the list where OCSP gives no answer', async () => {
    simulator.revocation.ocspFault = 'unavailable';
    expect(await refusal(good)).to.equal(undefined);
    expect(await refusal(revoked)).to.contain('is revoked');
    expect(asked()).to.deep.equal({ ocsp: 2, crl: 2 });
  });

  it('is refused where nobody answers', async () => {
    simulator.revocation.ocspFault = 'unavailable';
    simulator.revocation.crlFault = 'unavailable';
    expect(await refusal(good)).to.contain('neither OCSP nor a CRL');
  });

  for (const ocspProfile of ['recorded', 'simple'] as const) {
    for (const fault of ocspFaults) {
      it(`takes no OCSP answer that is wrong, in the shape that is ${ocspProfile}: ${fault}`, async () => {
        Object.assign(simulator.revocation, { ocspProfile, ocspFault: fault });
        expect(await refusal(good, 'ocsp')).to.contain('neither OCSP');
        expect(asked(), 'with this policy no list is asked for').to.deep.equal({ ocsp: 1, crl: 0 });
        expect(await refusal(revoked), 'the list still tells').to.contain('is revoked');
      });
    }
  }

  it('takes no answer to an earlier request', async () => {
    expect(await refusal(good, 'ocsp')).to.equal(undefined);
    simulator.revocation.ocspFault = 'replayed';
    expect(await refusal(good, 'ocsp')).to.contain('neither OCSP');
  });

  it('takes an answer without a nonce, as responders that prepare their answers give', async () => {
    simulator.revocation.returnsNonce = false;
    expect(await refusal(good, 'ocsp')).to.equal(undefined);
  });

  for (const fault of crlFaults) {
    it(`takes no list that is wrong: ${fault}`, async () => {
      simulator.revocation.ocspFault = 'unavailable';
      simulator.revocation.crlFault = fault;
      expect(await refusal(good)).to.contain('neither OCSP nor a CRL');
    });
  }

  it('asks nobody when it is off', async () => {
    expect(await refusal(revoked, 'off')).to.equal(undefined);
    expect(asked()).to.deep.equal({ ocsp: 0, crl: 0 });
  });

  it('is asked about each time where an answer does not say until when it is good, as the recorded one', async () => {
    const checker = createRevocationChecker('ocsp');
    for (let times = 0; times < 3; times++) expect(await refusal(good, undefined, checker)).to.equal(undefined);
    expect(asked().ocsp).to.equal(3);
  });

  it('is asked about once in five minutes, and then anew', async () => {
    simulator.revocation.ocspProfile = 'simple';
    const checker = createRevocationChecker('ocsp');
    for (let times = 0; times < 3; times++) expect(await refusal(good, undefined, checker)).to.equal(undefined);
    time += 5 * minute - 1;
    await refusal(good, undefined, checker);
    expect(asked().ocsp).to.equal(1);
    time += 2;
    await refusal(good, undefined, checker);
    expect(asked().ocsp).to.equal(2);
  });

  it('keeps a list for five minutes too', async () => {
    simulator.revocation.ocspFault = 'unavailable';
    const checker = createRevocationChecker();
    for (let times = 0; times < 3; times++) await refusal(good, undefined, checker);
    expect(asked().crl).to.equal(1);
    time += 5 * minute + 1;
    await refusal(good, undefined, checker);
    expect(asked().crl).to.equal(2);
  });

  it('is refused for a certificate that names nobody to ask', async () => {
    const { certificate } = simulator.pki.issueUserCertificate({ ocspUrl: null, crlUrl: null });
    const path = [parseCertificate(certificate), paths[good]?.[1] as Certificate];
    expect(await createRevocationChecker().refuse(path, time)).to.contain('neither OCSP nor a CRL');
    expect(asked()).to.deep.equal({ ocsp: 0, crl: 0 });
  });

  it('is told apart for each certificate by one checker, which remembers each', async () => {
    simulator.revocation.ocspProfile = 'simple';
    const checker = createRevocationChecker();
    for (let times = 0; times < 2; times++) {
      expect(await refusal(good, undefined, checker)).to.equal(undefined);
      expect(await refusal(revoked, undefined, checker)).to.contain('is revoked');
      expect(await refusal(unknown, undefined, checker)).to.contain('unknown to its CA');
      expect(await refusal('PNOLV-040404-10003-DEMO-Q', undefined, checker)).to.equal(undefined);
    }
    expect(asked()).to.deep.equal({ ocsp: 4, crl: 0 });
    time += 5 * minute;
    simulator.revocation.ocspFault = 'unavailable';
    for (const documentNumber of [good, 'PNOLV-040404-10003-DEMO-Q']) {
      expect(await refusal(documentNumber, undefined, checker), 'each by the list of its CA').to.equal(undefined);
    }
    expect(asked().crl).to.equal(2);
  });

  it('is asked about with a POST and its content type, and the list with a GET', async () => {
    const requests: FetchRequest[] = [];
    const checker = new RevocationChecker('ocsp-then-crl', ({ body, ...request }) => {
      requests.push({ ...request, isAsked: body !== undefined });
      return Promise.reject(new Error('No network.'));
    });
    expect(await refusal(good, undefined, checker)).to.contain('neither OCSP nor a CRL');
    const { ocspUrl, crlUrl } = simulator.pki.authorities.qualified;
    expect(requests).to.deep.equal([
      { method: 'POST', url: ocspUrl, contentType: 'application/ocsp-request', isAsked: true },
      { method: 'GET', url: crlUrl, isAsked: false },
    ]);
  });

  it('is asked about nobody for an anchor alone', async () => {
    const anchor = paths[revoked]?.[1] as Certificate;
    expect(await createRevocationChecker().refuse([anchor], time)).to.equal(undefined);
    expect(asked()).to.deep.equal({ ocsp: 0, crl: 0 });
  });

  it('asks by http and https only', async () => {
    const urls: string[] = [];
    const checker = createRevocationChecker('ocsp-then-crl', (url) => {
      urls.push(url);
      return Promise.reject(new Error('No network.'));
    });
    const { certificate } = simulator.pki.issueUserCertificate({ ocspUrl: 'file:///etc/passwd', crlUrl: 'ldap://x/' });
    await checker.refuse([parseCertificate(certificate), paths[good]?.[1] as Certificate], time);
    expect(urls).to.deep.equal([]);
  });
});

describe('Whom a revocation check asks', () => {
  const now = Math.floor(Date.now() / 1000) * 1000;
  const [caKeys, otherCaKeys, keys] = [newKeys(), newKeys(), newKeys()];
  const issuer = parseCertificate(handmadeAuthority(caKeys));
  const leafWith = (ocsp: string[], crl: string[], issuerKeys = caKeys, serialNumber = '020140') =>
    parseCertificate(
      handmadeCertificate(keys.publicKey, issuerKeys.privateKey, {
        serialNumber,
        extensions: addresses({ ocsp, crl }),
      }),
    );
  const good = (leaf: Certificate, wish = {}) =>
    handmadeOcspAnswer(leaf, issuer, caKeys.privateKey, { thisUpdate: now, ...wish });
  const emptyList = handmadeList(issuer, caKeys.privateKey, [], { thisUpdate: now });
  const nobody = /^neither OCSP nor a CRL says whether a certificate of the path is revoked$/;

  /** A checker whose network is these answers; what is not there is out of reach. */
  function checkerWith(answers: Record<string, Uint8Array<ArrayBuffer>>, policy: RevocationPolicy = 'ocsp-then-crl') {
    const asked: string[] = [];
    const checker = new RevocationChecker(policy, async ({ url }) => {
      asked.push(url);
      const answer = answers[url];
      if (!answer) throw new Error('Out of reach.');
      return answer;
    });
    return { checker, asked };
  }
  const urls = (kind: string, count: number) => Array.from({ length: count }, (_, index) => `http://${kind}/${index}`);

  it('are three addresses of each kind at most', async () => {
    const { checker, asked } = checkerWith({});
    expect(await checker.refuse([leafWith(urls('ocsp', 4), urls('crl', 4)), issuer], now)).to.match(nobody);
    expect(asked).to.deep.equal([...urls('ocsp', 3), ...urls('crl', 3)]);
  });

  it('is the next address where one gives no answer, or a wrong one, and nobody after one that does', async () => {
    const leaf = leafWith(urls('ocsp', 3), urls('crl', 1));
    const wrong = handmadeOcspAnswer(leaf, issuer, otherCaKeys.privateKey, { thisUpdate: now });
    const { checker, asked } = checkerWith({ 'http://ocsp/0': wrong, 'http://ocsp/1': good(leaf) });
    expect(await checker.refuse([leaf, issuer], now)).to.equal(undefined);
    expect(asked).to.deep.equal(urls('ocsp', 2));
  });

  it('is the next list where one is out of reach, or wrong, and none after one that is not', async () => {
    const leaf = leafWith([], urls('crl', 3));
    const wrong = handmadeList(issuer, otherCaKeys.privateKey, [], { thisUpdate: now });
    const { checker, asked } = checkerWith({ 'http://crl/0': wrong, 'http://crl/1': emptyList });
    expect(await checker.refuse([leaf, issuer], now)).to.equal(undefined);
    expect(asked).to.deep.equal(urls('crl', 2));
  });

  it('is no list where OCSP has said that a certificate is revoked or unknown', async () => {
    for (const [status, reason] of [
      [der(0xa1, generalized(now)), 'a certificate of the path is revoked'],
      ['8200', 'a certificate of the path is unknown to its CA'],
    ] as const) {
      const leaf = leafWith(urls('ocsp', 1), urls('crl', 1));
      const { checker, asked } = checkerWith({ 'http://ocsp/0': good(leaf, { status }), 'http://crl/0': emptyList });
      expect(await checker.refuse([leaf, issuer], now)).to.equal(reason);
      expect(asked).to.deep.equal(urls('ocsp', 1));
    }
  });

  it('are those of each certificate of the path but the anchor, each by the one above it', async () => {
    const middleKeys = newKeys();
    const middle = parseCertificate(
      handmadeCertificate(middleKeys.publicKey, caKeys.privateKey, {
        subject: nameOf('Middle'),
        serialNumber: '020150',
        extensions: addresses({ ocsp: ['http://middle/'] }),
      }),
    );
    const leaf = leafWith(['http://leaf/'], [], middleKeys);
    const ofLeaf = handmadeOcspAnswer(leaf, middle, middleKeys.privateKey, { thisUpdate: now });
    const { checker, asked } = checkerWith({ 'http://leaf/': ofLeaf, 'http://middle/': good(middle) });
    expect(await checker.refuse([leaf, middle, issuer], now)).to.equal(undefined);
    expect(asked).to.deep.equal(['http://leaf/', 'http://middle/']);
    const revoked = good(middle, { status: der(0xa1, generalized(now)) });
    const other = checkerWith({ 'http://leaf/': ofLeaf, 'http://middle/': revoked }).checker;
    expect(await other.refuse([leaf, middle, issuer], now)).to.equal('a certificate of the path is revoked');
  });

  it('is nobody anew for an answer that says until when it is good, and the same for one that does not', async () => {
    for (const [isLasting, times] of [
      [true, 1],
      [false, 2],
    ] as const) {
      const leaf = leafWith(urls('ocsp', 1), []);
      const { checker, asked } = checkerWith({ 'http://ocsp/0': good(leaf, { isLasting }) });
      for (const _ of [1, 2]) expect(await checker.refuse([leaf, issuer], now)).to.equal(undefined);
      expect(asked).to.have.length(times);
    }
  });

  it('is not told by what is remembered of the same certificate under another issuer', async () => {
    const leaf = leafWith(urls('ocsp', 1), []);
    const other = parseCertificate(handmadeAuthority(otherCaKeys));
    const { checker, asked } = checkerWith({ 'http://ocsp/0': good(leaf) });
    expect(await checker.refuse([leaf, issuer], now)).to.equal(undefined);
    expect(await checker.refuse([leaf, other], now)).to.match(nobody);
    expect(asked).to.have.length(2);
  });

  it('is not told by the list of another issuer at the same address', async () => {
    const other = parseCertificate(handmadeAuthority(otherCaKeys));
    const leaf = leafWith([], urls('crl', 1));
    const { checker, asked } = checkerWith({ 'http://crl/0': emptyList });
    const outcomes = await Promise.all([issuer, other].map((one) => checker.refuse([leaf, one], now)));
    expect(outcomes[0]).to.equal(undefined);
    expect(outcomes[1]).to.match(nobody);
    expect(asked).to.have.length(2);
  });

  it('is asked for a list again where it was out of reach before', async () => {
    const answers: Record<string, Uint8Array<ArrayBuffer>> = {};
    const { checker } = checkerWith(answers);
    const leaf = leafWith([], urls('crl', 1));
    expect(await checker.refuse([leaf, issuer], now)).to.match(nobody);
    answers['http://crl/0'] = emptyList;
    expect(await checker.refuse([leaf, issuer], now)).to.equal(undefined);
  });

  it('is told by one list for all certificates, each by its number', async () => {
    const list = handmadeList(issuer, caKeys.privateKey, ['41'], { thisUpdate: now });
    const { checker, asked } = checkerWith({ 'http://crl/0': list });
    const [first, second] = ['020140', '020141'].map((number) => leafWith([], urls('crl', 1), caKeys, number));
    expect(await checker.refuse([first as Certificate, issuer], now)).to.equal(undefined);
    expect(await checker.refuse([second as Certificate, issuer], now)).to.contain('is revoked');
    expect(asked).to.have.length(1);
  });

  it('is told on a channel, with what became of it and how long it took', async () => {
    const messages: RevocationCheckMessage[] = [];
    const listener = (message: unknown) => messages.push(message as RevocationCheckMessage);
    subscribe(revocationCheckChannel, listener);
    try {
      const leaf = leafWith(urls('ocsp', 3), urls('crl', 3));
      const ofOtherCa = handmadeList(issuer, otherCaKeys.privateKey, [], { thisUpdate: now });
      const answers = { 'http://ocsp/1': hex('0500'), 'http://crl/1': ofOtherCa, 'http://crl/2': emptyList };
      await checkerWith(answers).checker.refuse([leaf, issuer], now);
      await checkerWith({ 'http://ocsp/0': good(leaf) }).checker.refuse([leaf, issuer], now);
    } finally {
      unsubscribe(revocationCheckChannel, listener);
    }
    expect(messages.map(({ by, result }) => `${by} ${result}`)).to.deep.equal([
      'ocsp unanswered',
      'ocsp unanswered',
      'ocsp unanswered',
      'crl unanswered',
      'crl unanswered',
      'crl listed',
      'ocsp good',
    ]);
    for (const { milliseconds } of messages) expect(milliseconds).to.be.within(0, 10_000);
  });
});
