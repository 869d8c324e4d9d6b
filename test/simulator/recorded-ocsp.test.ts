/** OCSP answers in the shape of the demo environment's, which stand in `vectors/recorded`. */

import { Null } from 'asn1js';
import { expect } from 'chai';
import { BasicOCSPResponse, OCSPRequest, OCSPResponse, type SingleResponse } from 'pkijs';
import { createRevocationChecker, loadTrustAnchors, verifyAuthentication } from '../../lib/client.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { genuineAuthentication } from '../support/authentication.js';

describe('the recorded profile of OCSP answers', () => {
  let simulator: Simulator;
  let asked: Buffer;
  let answered: BasicOCSPResponse;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
    simulator.revocation.ocspProfile = 'recorded';
    const now = Date.now();
    const revocation = createRevocationChecker('ocsp', async (url, { method, headers, body }) => {
      asked = Buffer.from(body ?? '');
      const answer = new Uint8Array(
        await (await fetch(url, { method, headers, body: new Uint8Array(asked) })).arrayBuffer(),
      );
      const response = OCSPResponse.fromBER(answer).responseBytes?.response.valueBlock.valueHexView;
      answered = BasicOCSPResponse.fromBER(new Uint8Array(response ?? []));
      return {
        status: 200,
        body: (async function* () {
          yield answer;
        })(),
      };
    });
    const trustAnchors = loadTrustAnchors(simulator.trustAnchors, now);
    // The answer convinces: it would throw otherwise.
    await verifyAuthentication({ ...(await genuineAuthentication(simulator)), trustAnchors, revocation, now });
  });

  after(() => simulator.close());

  const single = () => answered.tbsResponseData.responses[0] as SingleResponse;

  it('may not be remembered: it has no nextUpdate', () => {
    expect(single().nextUpdate).to.equal(undefined);
  });

  it('is of whole seconds, thisUpdate that of producedAt', () => {
    expect(single().thisUpdate.getTime() % 1000).to.equal(0);
    expect(single().thisUpdate).to.deep.equal(answered.tbsResponseData.producedAt);
  });

  it('does not repeat the nonce', () => {
    expect(OCSPRequest.fromBER(new Uint8Array(asked)).tbsRequest.requestExtensions).to.have.length(1);
    expect(answered.tbsResponseData.responseExtensions).to.equal(undefined);
  });

  it('has archiveCutoff and no other extension', () => {
    expect(single().singleExtensions?.map(({ extnID }) => extnID)).to.deep.equal(['1.3.6.1.5.5.7.48.1.6']);
  });

  it('is signed with SHA-256 by an RSA-3072 responder who comes along, and about whom nobody is to be asked', () => {
    expect(answered.signatureAlgorithm.algorithmId).to.equal('1.2.840.113549.1.1.11');
    expect(answered.signatureAlgorithm.algorithmParams).to.be.instanceOf(Null);
    expect(answered.signature.valueBlock.valueHexView).to.have.length(3072 / 8);
    expect(answered.certs).to.have.length(1);
    expect(answered.certs?.[0]?.extensions?.map(({ extnID }) => extnID)).to.deep.equal([
      '2.5.29.19',
      '2.5.29.35',
      '1.3.6.1.5.5.7.1.1',
      '1.3.6.1.5.5.7.48.1.5',
      '2.5.29.37',
      '2.5.29.14',
      '2.5.29.15',
    ]);
  });
});
