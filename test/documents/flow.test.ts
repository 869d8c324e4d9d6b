/** Whole documents in a signing, over real HTTP: from a PDF to a signed PDF, and what goes wrong between. */

import { setTimeout as sleep } from 'node:timers/promises';
import { PDFDocument } from '@cantoo/pdf-lib';
import { expect } from 'chai';
import express, { type NextFunction, type Request, type Response } from 'express';
import session from 'express-session';
import { SmartIdSigning } from 'passport-smart-id';
import { MemoryDraftStore, type SignedDocument, SmartIdDocuments } from 'passport-smart-id/documents';
import { smartIdSigningRouter } from 'passport-smart-id/web';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { listen } from '../support/listen.js';
import { okDocument, usePhone } from '../support/phone.js';
import { Browser } from '../support/site.js';

describe('A document in a signing', () => {
  let simulator: Simulator;
  let pdf: Uint8Array;
  let site: DocumentSite;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
    const document = await PDFDocument.create();
    document.addPage().drawText('A contract');
    pdf = await document.save();
  });
  after(() => simulator.close());
  beforeEach(async () => {
    site = await startDocumentSite();
  });
  afterEach(async () => {
    simulator.timestamps.fault = undefined;
    simulator.revocation.ocspFault = undefined;
    await site.close();
  });

  interface DocumentSite {
    origin: string;
    documents: SmartIdDocuments;
    signer: { documentNumber: string };
    kept: SignedDocument[];
    errors: { code?: string; message: string; cause?: unknown }[];
    /** Throws where the site cannot keep a document. */
    keep: (document: SignedDocument) => void;
    close(): Promise<void>;
  }

  const store = new MemoryDraftStore();
  const createDocuments = (clock = Date.now) =>
    new SmartIdDocuments({
      trustAnchors: simulator.trustAnchors,
      timestampAuthority: { url: simulator.timestampUrl, trustAnchors: simulator.timestampTrustAnchors },
      store,
      clock,
    });

  async function startDocumentSite(): Promise<DocumentSite> {
    const app = express();
    const { origin, close } = await listen(app);
    const documents = createDocuments();
    const { environment, relyingPartyUUID, relyingPartyName, trustAnchors } = simulator;
    const started: DocumentSite = {
      origin,
      documents,
      kept: [],
      errors: [],
      keep: () => {},
      close,
      signer: { documentNumber: okDocument },
    };
    const signing = new SmartIdSigning(
      { environment, relyingPartyUUID, relyingPartyName, trustAnchors },
      documents.prepare((_signer, { reference }) => reference !== 'nothing' && { pdf }),
    );
    const signed = documents.signed((document) => {
      started.keep(document);
      started.kept.push(document);
    });
    app.use(session({ secret: 'test', resave: false, saveUninitialized: false }));
    app.use(
      '/sign',
      smartIdSigningRouter({ signing, start: () => ({ signer: started.signer }), signed, cancelRedirect: '/' }),
    );
    app.use((error: DocumentSite['errors'][number], _req: Request, res: Response, _next: NextFunction) => {
      started.errors.push(error);
      res.status(503).json({ code: error.code });
    });
    return started;
  }

  /** A browser whose person has signed, and what it finishes with. */
  async function confirmed() {
    const browser = new Browser(site.origin);
    const { body } = await browser.post('/sign/start', { reference: 'contract 7' });
    await usePhone(simulator, { deviceLink: body.qrLink, flowType: 'QR' });
    const { id } = body as { id: string };
    const post = (what: string) => browser.post(`/sign/${what}`, { id });
    return { id, finish: () => post('finish'), cancel: () => post('cancel') };
  }

  it('becomes a file of level LT in which nothing of the original has changed', async () => {
    const { finish, id } = await confirmed();
    expect((await finish()).status).to.equal(302);
    const [document] = site.kept as [SignedDocument];
    expect(document.contentType).to.equal('application/pdf');
    expect(document.content.subarray(0, pdf.length).equals(pdf)).to.equal(true);
    expect(document.content.toString('latin1')).to.contain('/ETSI.CAdES.detached').and.contain('/DSS');
    expect(document.timestampedAt).to.be.within(Date.now() - 60_000, Date.now() + 1000);
    expect(await store.load(id)).to.equal(undefined);
    expect((await finish()).status, 'it is done').to.equal(303);
    expect(site.kept).to.have.length(1);
  });

  it('is not begun where there is no timestamp authority, before any phone rings', async () => {
    simulator.timestamps.fault = 'down';
    const { status, body } = await new Browser(site.origin).post('/sign/start', {});
    expect([status, body.code]).to.deep.equal([503, 'network']);
    expect(site.errors[0]?.message).to.contain('timestamp authority');
  });

  for (const [what, breakIt, mendIt] of [
    [
      'the timestamp authority',
      () => (simulator.timestamps.fault = 'down'),
      () => (simulator.timestamps.fault = undefined),
    ],
    [
      'the OCSP responder',
      () => (simulator.revocation.ocspFault = 'unavailable'),
      () => (simulator.revocation.ocspFault = undefined),
    ],
  ] as const) {
    it(`is finished later where ${what} is out of reach, by the same finish, with one timestamp`, async () => {
      const { finish } = await confirmed();
      breakIt();
      const bought = simulator.timestamps.requests;
      const { status } = await finish();
      expect([status, site.errors.length]).to.deep.equal([503, 1]);
      await finish();
      expect(site.kept).to.have.length(0);
      mendIt();
      expect((await finish()).status).to.equal(302);
      expect(site.kept).to.have.length(1);
      if (what === 'the OCSP responder') expect(simulator.timestamps.requests - bought).to.equal(1);
    });
  }

  it('is finished in another process, days later, from what was kept', async () => {
    const { finish, id } = await confirmed();
    simulator.timestamps.fault = 'down';
    await finish();
    simulator.timestamps.fault = undefined;
    const document = await createDocuments().complete(id);
    expect(document.content.subarray(0, pdf.length).equals(pdf)).to.equal(true);
  });

  it('gets one timestamp where the site cannot keep it at first', async () => {
    const { finish } = await confirmed();
    site.keep = () => {
      throw new Error('The disk is full.');
    };
    const bought = simulator.timestamps.requests;
    expect((await finish()).status).to.equal(503);
    site.keep = () => {};
    expect((await finish()).status).to.equal(302);
    expect([site.kept.length, simulator.timestamps.requests - bought]).to.deep.equal([1, 1]);
  });

  it('is finished later where the authority sends what does not verify, which is no refusal of the visitor', async () => {
    const { id, finish } = await confirmed();
    simulator.timestamps.fault = 'wrong-signer';
    expect((await finish()).status).to.equal(503);
    expect(site.errors[0]).to.include({ name: 'SmartIdDocumentError', signingId: id });
    expect(site.errors[0]?.cause).to.include({ name: 'SmartIdVerificationError', check: 'timestamp' });
    simulator.timestamps.fault = undefined;
    expect((await finish()).status).to.equal(302);
    expect(site.kept).to.have.length(1);
  });

  it('is forgotten at once where the person cancels', async () => {
    const browser = new Browser(site.origin);
    const { body } = await browser.post('/sign/start', {});
    expect((await store.load(body.id))?.data).to.be.a('string');
    expect((await browser.post('/sign/cancel', { id: body.id })).status).to.equal(303);
    expect(await store.load(body.id)).to.equal(undefined);
  });

  it('is forgotten at once where the person refuses', async () => {
    const documentNumber = 'PNOEE-30403039917-MOCK-Q';
    site.signer = { documentNumber };
    const browser = new Browser(site.origin);
    const { body } = await browser.post('/sign/start', {});
    expect((await store.load(body.id))?.data).to.be.a('string');
    await usePhone(simulator, { deviceLink: body.qrLink, flowType: 'QR', documentNumber });
    await browser.post('/sign/finish', { id: body.id });
    expect(await store.load(body.id)).to.equal(undefined);
  });

  it('is kept where the visitor cancels a signing that is signed and waits for its timestamp', async () => {
    const { id, finish, cancel } = await confirmed();
    simulator.timestamps.fault = 'down';
    await finish();
    expect((await cancel()).status).to.equal(303);
    simulator.timestamps.fault = undefined;
    expect((await site.documents.complete(id)).content).to.have.length.above(pdf.length);
  });

  it('is not forgotten because another request comes too late for its signature', async () => {
    const { finish } = await confirmed();
    const load = store.load.bind(store);
    store.load = (id) => sleep(300).then(() => load(id));
    const statuses = await Promise.all([finish(), finish()]);
    store.load = load;
    expect(statuses.map(({ status }) => status)).to.include(302);
    expect(site.kept).to.have.length(1);
  });

  it('is forgotten at once where the signature session cannot be begun', async () => {
    const ids: string[] = [];
    const create = store.create.bind(store);
    store.create = (id, ...rest) => {
      ids.push(id);
      simulator.faults.add({ on: 'create', status: 500, times: 1 });
      return create(id, ...rest);
    };
    const { status } = await new Browser(site.origin).post('/sign/start', {});
    store.create = create;
    expect(status).to.equal(503);
    expect(ids).to.have.length(1);
    expect(await store.load(ids[0] as string)).to.equal(undefined);
  });

  it('is nobody’s who asks for another one', async () => {
    const error = await createDocuments()
      .complete('another')
      .catch((reason) => reason);
    expect([error.name, error.field]).to.deep.equal(['SmartIdInputError', 'id']);
  });

  it('turns the signer away where the site has nothing to sign', async () => {
    const { body } = await new Browser(site.origin).post('/sign/start', { reference: 'nothing' });
    expect(body).to.include({ state: 'failed', code: 'not_accepted' });
  });
});
