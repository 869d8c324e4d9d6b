import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { expect } from 'chai';
import { type Certificate, parseCertificate } from '../../../lib/trust/certificate.js';
import { Responders } from '../../../lib/trust/revocation/responders.js';
import {
  extensionsOf,
  handmadeAuthority,
  handmadeCertificate,
  nameOf,
  newKeys,
  responderExtensions,
  utc,
} from '../../support/handmade.js';
import { der } from '../../support/hex-der.js';

const hour = 3_600_000;
const day = 24 * hour;
// A whole second, as the dates of certificates are.
const now = Math.floor(Date.now() / 1000) * 1000;
const [caKeys, otherKeys, keys] = [newKeys(), newKeys(), newKeys()];
const validity = (from: number, to: number) => der(0x30, utc(from), utc(to));
const issuerUntil = (to: number) => handmadeAuthority(caKeys, { validity: validity(now - day, to) });
const responder = ({ to = now + day, extensions = extensionsOf(...responderExtensions) } = {}) =>
  handmadeCertificate(keys.publicKey, caKeys.privateKey, {
    validity: validity(now - day, to),
    subject: nameOf('Responder'),
    extensions,
  });

const weak = (publicKey: KeyObject) =>
  handmadeCertificate(publicKey, caKeys.privateKey, { extensions: extensionsOf(...responderExtensions) });

/** An issuer that counts how often its key is looked at: once for each certificate that is judged. */
function counting(bytes: Uint8Array): Certificate & { judged: number } {
  const issuer = Object.assign(parseCertificate(bytes), { judged: 0 });
  const { publicKey } = issuer;
  Object.defineProperty(issuer, 'publicKey', {
    get() {
      issuer.judged++;
      return publicKey;
    },
  });
  return issuer;
}

describe('Certificate of an OCSP responder', () => {
  it('is found where the CA has issued it for OCSP signing', () => {
    const der = responder();
    const found = new Responders().find(der, parseCertificate(issuerUntil(now + day)), now);
    expect(found?.der).to.deep.equal(der);
  });

  for (const [what, bytes] of [
    ['has no purpose of OCSP signing', responder({ extensions: '' })],
    ['has expired', responder({ to: now - 1000 })],
    [
      'is that of another CA',
      handmadeCertificate(keys.publicKey, otherKeys.privateKey, { extensions: extensionsOf(...responderExtensions) }),
    ],
    ['has a weak key', weak(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey)],
    ['has a key of an odd curve', weak(generateKeyPairSync('ec', { namedCurve: 'secp224r1' }).publicKey)],
    ['is cut off', responder().subarray(0, -1)],
    ['is none', new Uint8Array()],
  ] as const) {
    it(`is not found where it ${what}`, () => {
      expect(new Responders().find(bytes, parseCertificate(issuerUntil(now + day)), now)).to.equal(undefined);
    });
  }

  it('is judged once and remembered by its bytes, wherever they stand', () => {
    const [responders, issuer, bytes] = [new Responders(), counting(issuerUntil(now + day)), responder()];
    const first = responders.find(bytes, issuer, now);
    const within = Uint8Array.from([0, ...bytes, 0]).subarray(1, -1);
    expect(responders.find(within, issuer, now)).to.equal(first);
    expect(issuer.judged).to.equal(1);
    const other = responder({ to: now + 2 * day });
    expect(responders.find(other, issuer, now)?.der).to.deep.equal(other);
    expect(issuer.judged).to.equal(2);
  });

  it('is remembered for an hour at most', () => {
    const [responders, issuer, bytes] = [new Responders(), counting(issuerUntil(now + day)), responder()];
    responders.find(bytes, issuer, now);
    expect(responders.find(bytes, issuer, now + hour - 1)).to.not.equal(undefined);
    expect(issuer.judged).to.equal(1);
    expect(responders.find(bytes, issuer, now + hour)).to.not.equal(undefined);
    expect(issuer.judged).to.equal(2);
  });

  it('is not remembered beyond its own validity', () => {
    const [responders, issuer] = [new Responders(), counting(issuerUntil(now + day))];
    const bytes = responder({ to: now + 60_000 });
    responders.find(bytes, issuer, now);
    responders.find(bytes, issuer, now + 60_000 - 1);
    expect(issuer.judged).to.equal(1);
    // It is valid in its last second, but no longer known.
    expect(responders.find(bytes, issuer, now + 60_000)).to.not.equal(undefined);
    expect(issuer.judged).to.equal(2);
    expect(responders.find(bytes, issuer, now + 61_000)).to.equal(undefined);
  });

  it("is not remembered beyond its issuer's validity", () => {
    const [responders, issuer, bytes] = [new Responders(), counting(issuerUntil(now + 60_000)), responder()];
    responders.find(bytes, issuer, now);
    responders.find(bytes, issuer, now + 60_000 - 1);
    expect(issuer.judged).to.equal(1);
    expect(responders.find(bytes, issuer, now + 61_000)).to.equal(undefined);
  });

  it('is remembered as that of its issuer and of no other one', () => {
    const [responders, bytes] = [new Responders(), responder()];
    const issuer = parseCertificate(issuerUntil(now + day));
    const sameName = parseCertificate(handmadeAuthority(otherKeys));
    expect(responders.find(bytes, issuer, now)).to.not.equal(undefined);
    expect(responders.find(bytes, sameName, now)).to.equal(undefined);
    expect(responders.find(bytes, issuer, now)).to.not.equal(undefined);
  });

  it('is not remembered where it is not found, so that it is judged anew', () => {
    const [responders, issuer] = [new Responders(), counting(issuerUntil(now + day))];
    const bytes = responder({ extensions: '' });
    for (const _ of [1, 2]) expect(responders.find(bytes, issuer, now)).to.equal(undefined);
    expect(issuer.judged).to.equal(2);
  });
});
