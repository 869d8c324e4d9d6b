import { createHash, type KeyObject, sign } from 'node:crypto';
import { BitString, Enumerated, OctetString, Primitive } from 'asn1js';
import { expect } from 'chai';
import { BasicOCSPResponse, Extension, OCSPResponse, type ResponseData } from 'pkijs';
import { type Simulator, startSimulator } from '../../../lib/simulator/index.js';
import { answerOcsp } from '../../../lib/simulator/revocation/ocsp.js';
import { type Certificate, parseCertificate } from '../../../lib/trust/certificate.js';
import { DerError, DerReader, tags } from '../../../lib/trust/der.js';
import { createOcspRequest, type OcspRequest } from '../../../lib/trust/revocation/ocsp-request.js';
import { type OcspResult, readOcspResponse } from '../../../lib/trust/revocation/ocsp-response.js';
import { Responders } from '../../../lib/trust/revocation/responders.js';
import {
  ecdsaWithSha1,
  ecdsaWithSha256,
  extension,
  extensionsOf,
  generalized,
  handmadeAuthority,
  handmadeCertificate,
  nameOf,
  newKeys,
  responderExtensions,
  signedDer,
  utc,
} from '../../support/handmade.js';
import { der, hex, hexOf } from '../../support/hex-der.js';

describe('An OCSP answer', () => {
  let simulator: Simulator;
  let issuer: Certificate;
  let request: OcspRequest;
  // A whole second, as the times in answers are.
  const now = Math.floor(Date.now() / 1000) * 1000;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
    issuer = parseCertificate(simulator.pki.authorities.qualified.certificate);
    request = createOcspRequest(parseCertificate(simulator.pki.issueUserCertificate().certificate), issuer);
  });
  after(() => simulator.close());

  const answer = (wish: object = {}) =>
    answerOcsp(request.der, {
      status: 'good',
      signer: { ...simulator.pki.authorities.qualified, isAuthority: true },
      thisUpdate: new Date(now),
      nextUpdate: new Date(now + 60_000),
      nonce: 'returned',
      isForOther: false,
      signatureHash: 'sha384',
      otherCertificates: [],
      hasUnknownExtension: false,
      ...wish,
    });
  const read = async (der: Uint8Array): Promise<OcspResult> =>
    readOcspResponse(new Uint8Array(der), { request, issuer, responders: new Responders(), now });

  /** A genuine answer, changed before the authority signs it. */
  async function changed(change: (data: ResponseData) => void): Promise<Buffer> {
    const response = OCSPResponse.fromBER(new Uint8Array(await answer()));
    const bytes = response.responseBytes?.response.valueBlock.valueHexView ?? new Uint8Array();
    const basic = BasicOCSPResponse.fromBER(new Uint8Array(bytes));
    change(basic.tbsResponseData);
    basic.tbsResponseData.tbsView = new Uint8Array(basic.tbsResponseData.toSchema(true).toBER());
    const { privateKey } = simulator.pki.authorities.qualified;
    const signature = sign('sha384', basic.tbsResponseData.tbsView, privateKey);
    basic.signature = new BitString({ valueHex: new Uint8Array(signature) });
    return withBytes(response, (responseBytes) => {
      responseBytes.response = new OctetString({ valueHex: basic.toSchema().toBER() });
    });
  }

  function withBytes(
    response: OCSPResponse,
    change: (bytes: NonNullable<OCSPResponse['responseBytes']>) => void,
  ): Buffer {
    if (response.responseBytes) change(response.responseBytes);
    return Buffer.from(response.toSchema().toBER(false));
  }

  it('says of the certificate what the CA says, and until when', async () => {
    const nextUpdate = now + 60_000;
    for (const status of ['good', 'revoked', 'unknown']) {
      expect(await read(await answer({ status }))).to.deep.equal({ status, producedAt: now, nextUpdate });
    }
  });

  it('may come with extensions that are not critical, and without the nonce', async () => {
    const der = await changed((data) => {
      const extnValue = new OctetString({ valueHex: Uint8Array.of(1, 2, 3) }).toBER(false);
      data.responseExtensions = [new Extension({ extnID: '1.2.3.4', extnValue })];
    });
    expect(await read(der)).to.have.property('status', 'good');
    expect(await read(await answer({ nonce: 'none' }))).to.have.property('status', 'good');
  });

  it('is about one certificate, not several and not none', async () => {
    const several = await changed((data) => data.responses.push(...data.responses));
    const none = await changed((data) => data.responses.pop());
    for (const der of [several, none]) {
      const outcome = await read(der).catch((error: unknown) => error);
      expect(outcome).to.be.instanceOf(DerError);
    }
  });

  for (const [what, change] of [
    ['with a status of another class', withStatus({ tagClass: 2, tagNumber: 0 })],
    ['with a status that nobody knows', withStatus({ tagClass: 3, tagNumber: 3 })],
  ] as const) {
    it(`cannot be read when it is one ${what}`, async () => {
      const der = await changed(change);
      const outcome = await read(der).catch((error: unknown) => error);
      expect(outcome).to.be.an('error');
    });
  }

  it('is none when the responder says that it gives none, whatever comes along', async () => {
    const response = OCSPResponse.fromBER(new Uint8Array(await answer()));
    response.responseStatus = new Enumerated({ value: 3 });
    const der = Buffer.from(response.toSchema().toBER(false));
    expect(await read(der)).to.have.property('refusal', 'the responder gives no answer');
  });

  it('is none of an unknown kind', async () => {
    const response = OCSPResponse.fromBER(new Uint8Array(await answer()));
    const der = withBytes(response, (bytes) => {
      bytes.responseType = '1.2.3.4';
    });
    expect(await read(der)).to.have.property('refusal', 'the answer is of an unknown kind');
    const empty = new OCSPResponse({ responseStatus: new Enumerated({ value: 0 }) });
    expect(await read(Buffer.from(empty.toSchema().toBER(false)))).to.have.property(
      'refusal',
      'the answer is of an unknown kind',
    );
  });

  for (const [reason, wish] of [
    ['its critical extension 1.2.3.4.5 is not understood', { hasUnknownExtension: true }],
    ['it is signed with an algorithm that is not strong enough', { signatureHash: 'sha1' }],
    ['the answer is about another certificate', { isForOther: true }],
    ['the nonce is not the one that was sent', { nonce: 'wrong' }],
    ['it is from the future', { thisUpdate: new Date(now + 61_000) }],
    ['it is out of date', { nextUpdate: new Date(now - 61_000) }],
  ] as const) {
    it(`says why it is refused: ${reason}`, async () => {
      expect(await read(await answer(wish))).to.deep.equal({ refusal: reason });
    });
  }

  it('may come with four certificates and no more', async () => {
    const certificates = (count: number) => Array.from({ length: count }, () => simulator.pki.root.certificate);
    expect(await read(await answer({ otherCertificates: certificates(4) }))).to.have.property('status', 'good');
    const outcome = await read(await answer({ otherCertificates: certificates(5) })).catch((error: unknown) => error);
    expect(outcome).to.be.instanceOf(DerError).with.property('message').that.contains('more than 4 elements');
  });

  it('is that of the CA or of a responder whom the CA has authorised', async () => {
    const { pki } = simulator;
    const responder = (wish: object) => ({
      ...pki.issueUserCertificate({ extendedKeyUsage: ['1.3.6.1.5.5.7.3.9'], ...wish }),
      isAuthority: false,
    });
    expect(await read(await answer({ signer: responder({}) }))).to.have.property('status', 'good');
    const other = pki.authorities.nonQualified;
    for (const signer of [responder({ issuer: other }), responder({ extendedKeyUsage: [] })]) {
      const refused = await read(await answer({ signer }));
      expect(refused).to.have.property('refusal', 'the responder is not authorised by the CA');
    }
    const stranger = await read(await answer({ signer: { ...other, isAuthority: true } }));
    expect(stranger).to.have.property('refusal', 'the responder is not authorised by the CA');
  });
});

function withStatus(idBlock: { tagClass: number; tagNumber: number }) {
  return (data: ResponseData) => {
    for (const response of data.responses) response.certStatus = new Primitive({ idBlock });
  };
}

describe('DER of an OCSP answer', () => {
  const { sequence, octetString } = tags;
  // A whole second, as the times in answers are.
  const now = Math.floor(Date.now() / 1000) * 1000;
  const [caKeys, responderKeys] = [newKeys(), newKeys()];
  const issuer = parseCertificate(handmadeAuthority(caKeys));
  const leaf = parseCertificate(handmadeCertificate(responderKeys.publicKey, caKeys.privateKey));
  const request = createOcspRequest(leaf, issuer);
  const responder = handmadeCertificate(responderKeys.publicKey, caKeys.privateKey, {
    subject: nameOf('Responder'),
    extensions: extensionsOf(...responderExtensions),
  });
  const formerResponder = handmadeCertificate(newKeys().publicKey, caKeys.privateKey, {
    subject: nameOf('Responder'),
    extensions: extensionsOf(...responderExtensions),
  });
  const [basicType, nonceType] = ['06092b0601050507300101', '06092b0601050507300102'];
  const sha1 = '300906052b0e03021a0500';
  const octets = (bytes: Uint8Array) => der(octetString, hexOf(bytes));
  const nonceOf = (bytes: Uint8Array) => der(sequence, nonceType, der(octetString, octets(bytes)));
  const extensions = (...all: string[]) => der(0xa1, der(sequence, ...all));
  const keyHash = (publicKey: KeyObject) => {
    const info = new DerReader(new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }))).next(sequence).reader;
    info.next(sequence);
    const bits = info.nextOfAnyTag().content.subarray(1);
    return der(0xa2, octets(createHash('sha1').update(bits).digest()));
  };
  const { issuerNameHash, issuerKeyHash } = request.certId;

  const certIdParts = {
    hash: sha1,
    issuerNameHash: octets(issuerNameHash),
    issuerKeyHash: octets(issuerKeyHash),
    serialNumber: '020140',
    more: '',
  };
  const singleParts = {
    certId: der(sequence, ...Object.values(certIdParts)),
    status: '8000',
    thisUpdate: generalized(now),
    nextUpdate: der(0xa0, generalized(now + 60_000)),
    extensions: '',
    more: '',
  };
  const dataParts = {
    version: '',
    responderId: der(0xa1, nameOf('CA')),
    producedAt: generalized(now),
    responses: der(sequence, der(sequence, ...Object.values(singleParts))),
    extensions: extensions(nonceOf(request.nonce)),
    more: '',
  };
  const outerParts = {
    algorithm: ecdsaWithSha256,
    signer: caKeys,
    certificates: '',
    status: '0a0100',
    type: basicType,
    behindType: '',
    behindBasic: '',
    behindSequence: '',
    behindBytes: '',
  };
  interface Wish {
    certId?: Partial<typeof certIdParts>;
    single?: Partial<typeof singleParts>;
    data?: Partial<typeof dataParts>;
    outer?: Partial<typeof outerParts>;
  }

  function answer({ certId, single, data, outer }: Wish): Uint8Array<ArrayBuffer> {
    const id = der(sequence, ...Object.values({ ...certIdParts, ...certId }));
    const response = der(sequence, ...Object.values({ ...singleParts, certId: id, ...single }));
    const toBeSigned = der(sequence, ...Object.values({ ...dataParts, responses: der(sequence, response), ...data }));
    const parts = { ...outerParts, ...outer };
    const basic = signedDer(toBeSigned, parts.signer.privateKey, {
      algorithm: parts.algorithm,
      behind: parts.certificates + parts.behindBasic,
    });
    const typed = der(sequence, parts.type, der(octetString, basic), parts.behindType);
    return hex(der(sequence, parts.status, der(0xa0, typed, parts.behindSequence), parts.behindBytes));
  }

  const read = (bytes: Uint8Array<ArrayBuffer>) =>
    readOcspResponse(bytes, { request, issuer, responders: new Responders(), now });
  const good = { status: 'good', producedAt: now, nextUpdate: now + 60_000 };
  const certificates = (...all: Uint8Array[]) => der(0xa0, der(sequence, ...all.map(hexOf)));
  const byResponder = { signer: responderKeys, certificates: certificates(responder) };
  const named = { responderId: der(0xa1, nameOf('Responder')) };
  const unknown = (isCritical: boolean, type = '06022a03') => extension(type, '0500', isCritical);

  for (const [what, wish, expected] of [
    ['as it usually is', {}, good],
    ['with a version', { data: { version: 'a003020100' } }, good],
    ['without nextUpdate', { single: { nextUpdate: '' } }, { ...good, nextUpdate: undefined }],
    ['without a nonce', { data: { extensions: '' } }, good],
    ['with a status of revoked', { single: { status: der(0xa1, generalized(now)) } }, { ...good, status: 'revoked' }],
    ['with a status of unknown', { single: { status: '8200' } }, { ...good, status: 'unknown' }],
    ['with extensions that are not critical', { single: { extensions: extensions(unknown(false)) } }, good],
    ['of a CA that is named by its key', { data: { responderId: keyHash(caKeys.publicKey) } }, good],
    ['with an empty list of certificates', { outer: { certificates: certificates() } }, good],
    ['of a responder that is named by its name', { data: named, outer: byResponder }, good],
    [
      'of a responder that is named by its key',
      { data: { responderId: keyHash(responderKeys.publicKey) }, outer: byResponder },
      good,
    ],
    [
      "of a responder whose certificate comes behind others, malformed and somebody else's",
      { data: named, outer: { ...byResponder, certificates: certificates(hex('3000'), leaf.der, responder) } },
      good,
    ],
    [
      'of one of two responders of one name, as they are while the CA changes the key',
      { data: named, outer: { ...byResponder, certificates: certificates(formerResponder, responder) } },
      good,
    ],
    [
      'just not out of date',
      { single: { nextUpdate: der(0xa0, generalized(now - 60_000)) } },
      { ...good, nextUpdate: now - 60_000 },
    ],
    [
      'with an extension before the nonce',
      { data: { extensions: extensions(unknown(false), nonceOf(request.nonce)) } },
      good,
    ],
    ['just not from the future', { single: { thisUpdate: generalized(now + 60_000) } }, good],
  ] as [string, Wish, object][]) {
    it(`is read ${what}`, () => {
      expect(read(answer(wish))).to.deep.equal(expected);
    });
  }

  const otherHash = octets(new Uint8Array(20));
  const notAbout = 'the answer is about another certificate';
  for (const [what, wish, refusal] of [
    ['of another status', { outer: { status: '0a0101' } }, 'the responder gives no answer'],
    ['of an empty status', { outer: { status: '0a00' } }, 'the responder gives no answer'],
    ['of a status of two octets', { outer: { status: '0a020000' } }, 'the responder gives no answer'],
    ['of another kind', { outer: { type: '06022a03' } }, 'the answer is of an unknown kind'],
    [
      'of a weak algorithm',
      { outer: { algorithm: ecdsaWithSha1 } },
      'it is signed with an algorithm that is not strong enough',
    ],
    ['about another name', { certId: { issuerNameHash: otherHash } }, notAbout],
    ['about another key', { certId: { issuerKeyHash: otherHash } }, notAbout],
    ['about another number', { certId: { serialNumber: '020141' } }, notAbout],
    ['about a number that begins as this one', { certId: { serialNumber: '02024000' } }, notAbout],
    ['by another hash', { certId: { hash: der(sequence, '0609608648016503040201') } }, notAbout],
    ['of a CA whose signature is none', { outer: { signer: responderKeys } }, 'the signature is not that of the CA'],
    [
      'of a responder whose signature is none',
      { data: named, outer: { ...byResponder, signer: caKeys } },
      'the signature is not that of the responder',
    ],
    ['of a responder without a certificate', { data: named }, 'the responder is not authorised by the CA'],
    [
      "of a responder with somebody else's certificate",
      { data: named, outer: { ...byResponder, certificates: certificates(leaf.der) } },
      'the responder is not authorised by the CA',
    ],
    [
      'of a responder that has another name than its certificate',
      { data: { responderId: der(0xa1, nameOf('Another')) }, outer: byResponder },
      'the responder is not authorised by the CA',
    ],
    [
      'with another nonce',
      { data: { extensions: extensions(nonceOf(new Uint8Array(32))) } },
      'the nonce is not the one that was sent',
    ],
    [
      'with a nonce that goes on',
      { data: { extensions: extensions(nonceOf(Buffer.concat([request.nonce, Buffer.of(0)]))) } },
      'the nonce is not the one that was sent',
    ],
    [
      'with two nonces',
      { data: { extensions: extensions(nonceOf(request.nonce), nonceOf(request.nonce)) } },
      'it has an extension twice',
    ],
    [
      'with an extension of the single answer twice',
      { single: { extensions: extensions(unknown(false), unknown(false)) } },
      'it has an extension twice',
    ],
    [
      'with a critical extension',
      { data: { extensions: extensions(unknown(false, '06022a04'), unknown(true)) } },
      'its critical extension 1.2.3 is not understood',
    ],
    [
      'with a critical extension of the single answer',
      { single: { extensions: extensions(unknown(true)) } },
      'its critical extension 1.2.3 is not understood',
    ],
    ['from the future', { single: { thisUpdate: generalized(now + 61_000) } }, 'it is from the future'],
    ['out of date', { single: { nextUpdate: der(0xa0, generalized(now - 61_000)) } }, 'it is out of date'],
  ] as [string, Wish, string][]) {
    it(`is refused where it is one ${what}`, () => {
      expect(read(answer(wish))).to.deep.equal({ refusal });
    });
  }

  it('is refused where it is a status of no error without an answer', () => {
    expect(read(hex('30030a0100'))).to.deep.equal({ refusal: 'the answer is of an unknown kind' });
  });

  const { certId, ...others } = singleParts;
  for (const [what, wish] of [
    ['something behind the answer', { outer: { behindBytes: '0500' } }],
    ['something behind the kind', { outer: { behindType: '0500' } }],
    ['something behind its bytes', { outer: { behindSequence: '0500' } }],
    ['something behind the certificates', { outer: { certificates: certificates(), behindBasic: '0500' } }],
    ['certificates that are no SEQUENCE', { outer: { certificates: der(0xa0, '0500') } }],
    ['a certificate that is no SEQUENCE', { outer: { certificates: der(0xa0, der(sequence, '0500')) } }],
    ['two lists of certificates', { outer: { certificates: der(0xa0, der(sequence), der(sequence)) } }],
    ['a status of another kind', { outer: { status: '020100' } }],
    ['a responder in no known way', { data: { responderId: der(0xa3, nameOf('CA')) } }],
    [
      'a responder in no known way, by the right key',
      { data: { responderId: `a3${keyHash(caKeys.publicKey).slice(2)}` } },
    ],
    ['a responder named by a key that is no OCTET STRING', { data: { responderId: der(0xa2, '0500') } }],
    ['a version that is not the first', { data: { version: der(0xa0, '020101') } }],
    ['a version of two octets', { data: { version: der(0xa0, '02020100') } }],
    ['a version that is no number', { data: { version: der(0xa0, '0500') } }],
    ['a hash whose parameters are no empty NULL', { certId: { hash: '300a06052b0e03021a050100' } }],
    ['a moment that is none', { data: { producedAt: generalized(now).replace('5a', '59') } }],
    ['a moment of another form', { data: { producedAt: utc(now) } }],
    ['something behind what is signed', { data: { more: '0500' } }],
    ['extensions that are no SEQUENCE', { data: { extensions: der(0xa1, '0500') } }],
    ['two lists of extensions', { data: { extensions: der(0xa1, der(sequence), der(sequence)) } }],
    [
      'a nonce that is no OCTET STRING',
      { data: { extensions: extensions(der(sequence, nonceType, der(octetString, '0500'))) } },
    ],
    ['no single answer', { data: { responses: der(sequence) } }],
    [
      'two single answers',
      { data: { responses: der(sequence, der(sequence, certId, ...Object.values(others)).repeat(2)) } },
    ],
    ['single answers that are none', { data: { responses: der(sequence, '0500') } }],
    ['a status that nobody knows', { single: { status: '8300' } }],
    ['a good status that is constructed', { single: { status: 'a000' } }],
    ['an unknown status that is constructed', { single: { status: 'a200' } }],
    ['a good status with something in it', { single: { status: '800100' } }],
    ['an unknown status with something in it', { single: { status: '820100' } }],
    ['a revoked status that is primitive', { single: { status: '8100' } }],
    ['thisUpdate of another form', { single: { thisUpdate: utc(now) } }],
    ['nextUpdate of another form', { single: { nextUpdate: der(0xa0, utc(now)) } }],
    ['two times in nextUpdate', { single: { nextUpdate: der(0xa0, generalized(now).repeat(2)) } }],
    ['something behind the single answer', { single: { more: '0500' } }],
    ['something behind the number', { certId: { more: '0500' } }],
    ['a number that is not minimal', { certId: { serialNumber: '02020040' } }],
    ['a hash that is none', { certId: { hash: der(sequence, '0500') } }],
    ['a name hash of another kind', { certId: { issuerNameHash: '0500' } }],
    ['a key hash of another kind', { certId: { issuerKeyHash: '0500' } }],
  ] as [string, Wish][]) {
    it(`is none with ${what}`, () => {
      expect(() => read(answer(wish))).to.throw(DerError);
    });
  }

  it('says which choice it has none of', () => {
    const byKey = `a3${keyHash(caKeys.publicKey).slice(2)}`;
    expect(() => read(answer({ data: { responderId: byKey } }))).to.throw('a responder is named in an unknown way');
    expect(() => read(answer({ single: { status: '8300' } }))).to.throw('a status is malformed');
  });

  it('is none where bytes are before or behind it', () => {
    const bytes = answer({});
    for (const wrong of [[0, ...bytes], [...bytes, 0], []]) {
      expect(() => read(Uint8Array.from(wrong))).to.throw(DerError);
    }
  });

  it('of which nothing is decoded that is signed, where the signature is none', () => {
    const data = { producedAt: '0500', responses: '0500', extensions: '0500' };
    expect(read(answer({ data, outer: { signer: responderKeys } })))
      .to.have.property('refusal')
      .that.contains('signature');
    expect(() => read(answer({ data }))).to.throw(DerError);
  });

  it('answers a request that names one certificate, with a nonce of 32 random octets', () => {
    const id = der(sequence, ...Object.values(certIdParts));
    const nonce = extension(nonceType, octets(request.nonce));
    const expected = der(sequence, der(sequence, der(sequence, der(sequence, id)), der(0xa2, der(sequence, nonce))));
    expect(hexOf(request.der)).to.equal(expected);
    expect(request.nonce).to.have.length(32);
    expect(hexOf(issuerNameHash)).to.equal(
      createHash('sha1')
        .update(hex(nameOf('CA')))
        .digest('hex'),
    );
    expect(hexOf(issuerKeyHash)).to.equal(keyHash(caKeys.publicKey).slice(8));
    const other = createOcspRequest(leaf, issuer);
    expect(other.certId).to.deep.equal(request.certId);
    expect(other.nonce).to.not.deep.equal(request.nonce);
    expect(new Set(request.nonce).size).to.be.greaterThan(5);
  });
});
