import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fromBER, Null } from 'asn1js';
import { expect } from 'chai';
import { ContentInfo, RSASSAPSSParams, SignedData } from 'pkijs';
import { type PdfOptions, preparePdf } from '../../../lib/documents/pdf/index.js';
import { type Simulator, startSimulator } from '../../../lib/simulator/index.js';
import { toPem } from '../../../lib/simulator/pki/certificate.js';
import { written } from '../../support/judges.js';
import { needTools, said } from '../../support/outside-tools.js';
import { keyOfRealSize, type Signatory, signatory } from '../../support/signing.js';
import { handmade, onePage } from '../pdf-corpus.js';
import { cmsOf, signedBy, verdicts } from '../pdf-signer.js';

describe('The CMS in a signed PDF', () => {
  const file = handmade({ objects: onePage() });
  let simulator: Simulator;
  let person: Signatory;
  let folder: string;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
    person = signatory(simulator);
    folder = mkdtempSync(path.join(tmpdir(), 'pdf-'));
  });
  after(async () => {
    await simulator.close();
    rmSync(folder, { recursive: true });
  });

  for (const options of [
    {},
    { hashAlgorithm: 'SHA-256' },
    { hashAlgorithm: 'SHA-384' },
    { signatureAlgorithm: 'sha256WithRSAEncryption' },
    { signatureAlgorithm: 'sha384WithRSAEncryption' },
    { signatureAlgorithm: 'sha512WithRSAEncryption' },
  ] as Partial<PdfOptions>[]) {
    const { signatureAlgorithm = 'rsassa-pss', hashAlgorithm = '' } = options;
    it(`with ${signatureAlgorithm} ${hashAlgorithm}: OpenSSL and pdfsig verify it`, async function () {
      needTools(this, 'openssl', 'pdfsig');
      const pdf = await signedBy(person, file, options);
      expect(verdicts(folder, pdf)).to.include({ valid: 1, invalid: 0 });
      const { cms, content } = cmsOf(pdf);
      const judge = (anchor: Buffer) =>
        said('openssl', [
          ...['cms', '-verify', '-cades', '-binary', '-partial_chain', '-no-CApath', '-no-CAstore', '-inform', 'DER'],
          ...['-in', written(folder, 'signature.der', cms), '-content', written(folder, 'content', content)],
          ...['-out', path.join(folder, 'verified'), '-CAfile', written(folder, 'anchor.pem', toPem(anchor))],
        ]);
      const { qualified, qualifiedRsa } = simulator.pki.authorities;
      expect(judge(qualified.certificate)).to.contain('CAdES Verification successful');
      expect(judge(qualifiedRsa.certificate)).to.contain('CAdES Verification failure');
    });
  }

  it('has the signed attributes of PAdES and no others, in the order of DER, and the certificate once', async () => {
    const { cms } = cmsOf(await signedBy(person, file));
    const { content } = ContentInfo.fromBER(new Uint8Array(cms));
    const { signerInfos, certificates } = new SignedData({ schema: content });
    expect(signerInfos[0]?.signedAttrs?.attributes.map(({ type }) => type)).to.deep.equal([
      '1.2.840.113549.1.9.3',
      '1.2.840.113549.1.9.16.2.47',
      '1.2.840.113549.1.9.4',
    ]);
    expect(signerInfos[0]?.unsignedAttrs).to.equal(undefined);
    expect(certificates).to.have.length(1);
  });

  it('names the hash of RSASSA-PSS with a NULL and the salt as long as it', async () => {
    const { cms } = cmsOf(await signedBy(person, file, { hashAlgorithm: 'SHA-384' }));
    const { content } = ContentInfo.fromBER(new Uint8Array(cms));
    const [signer] = new SignedData({ schema: content }).signerInfos;
    const parameters = new RSASSAPSSParams({ schema: signer?.signatureAlgorithm.algorithmParams });
    expect(parameters.saltLength).to.equal(48);
    expect(parameters.hashAlgorithm.algorithmId).to.equal('2.16.840.1.101.3.4.2.2');
    expect(parameters.hashAlgorithm.algorithmParams).to.be.instanceOf(Null);
    expect(signer?.digestAlgorithm.algorithmParams).to.equal(undefined);
  });

  it('is what a general encoder of ASN.1 would make of it', async () => {
    const { cms } = cmsOf(await signedBy(person, file));
    const { content } = ContentInfo.fromBER(new Uint8Array(cms));
    const again = new ContentInfo({
      contentType: ContentInfo.SIGNED_DATA,
      content: new SignedData({ schema: content }).toSchema(),
    });
    expect(Buffer.from(again.toSchema().toBER()).equals(cms)).to.equal(true);
  });

  it('is about attributes that are signed as a plain SET', async () => {
    const { data } = await preparePdf(file, { certificate: person.certificate });
    expect(fromBER(new Uint8Array(data)).result.idBlock.tagNumber).to.equal(17);
  });

  it('has room for a key of the real size', async function () {
    this.timeout(60_000);
    needTools(this, 'pdfsig');
    const pdf = await signedBy(signatory(simulator, { privateKey: await keyOfRealSize() }), file);
    expect(verdicts(folder, pdf)).to.include({ valid: 1, invalid: 0 });
  });
});
