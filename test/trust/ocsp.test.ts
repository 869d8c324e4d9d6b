import { Enumerated, OctetString, Primitive } from 'asn1js';
import { expect } from 'chai';
import { BasicOCSPResponse, Extension, OCSPResponse, type ResponseData } from 'pkijs';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { cryptoKeyOf } from '../../lib/simulator/revocation/crypto-key.js';
import { answerOcsp } from '../../lib/simulator/revocation/ocsp.js';
import { type Certificate, parseCertificate } from '../../lib/trust/certificate.js';
import { DerError } from '../../lib/trust/der.js';
import { createOcspRequest, type OcspRequest } from '../../lib/trust/revocation/ocsp-request.js';
import { type OcspResult, readOcspResponse } from '../../lib/trust/revocation/ocsp-response.js';
import { Responders } from '../../lib/trust/revocation/responders.js';

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
      signatureHash: 'SHA-384',
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
    await basic.sign(await cryptoKeyOf(simulator.pki.authorities.qualified.privateKey, 'SHA-384'), 'SHA-384');
    return withBytes(response, (responseBytes) => {
      responseBytes.response = new OctetString({ valueHex: basic.toSchema().toBER(false) });
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
      expect(await read(await answer({ status }))).to.deep.equal({ status, nextUpdate });
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
    ['it is signed with an algorithm that is not strong enough', { signatureHash: 'SHA-1' }],
    ['the answer is about another certificate', { isForOther: true }],
    ['the nonce is another one', { nonce: 'wrong' }],
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
