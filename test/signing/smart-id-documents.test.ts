/** What becomes of a document between `prepare` and the file, where several things happen at the same time or go wrong. */

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { Request } from 'express';
import {
  type DocumentDraft,
  MemoryDraftStore,
  type SignedDocument,
  SmartIdDocuments,
  type SmartIdDocumentsOptions,
} from '../../lib/documents/index.js';
import type { SmartIdSignature } from '../../lib/signing/finish.js';
import type { Signer, SigningRequest } from '../../lib/signing/options.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { rawSignature } from '../documents/signed-documents.js';
import { type Signatory, signatory } from '../support/signing.js';

const files = [{ name: 'contract.txt', contentType: 'text/plain', content: Buffer.from('A contract') }];

/** A store that somebody can get at. */
class OpenStore extends MemoryDraftStore {
  isDown = false;
  readonly lifetimes: number[] = [];
  change: (draft: DocumentDraft) => unknown = (draft) => draft;

  override async load(id: string) {
    const draft = await super.load(id);
    return draft && (this.change(draft) as DocumentDraft);
  }

  override async add(...about: Parameters<MemoryDraftStore['add']>) {
    this.lifetimes.push(about[2]);
    if (this.isDown && !about[1].signature) throw new Error('The store is full.');
    return super.add(...about);
  }
}

describe('SmartIdDocuments', () => {
  let simulator: Simulator;
  let person: Signatory;
  let store: OpenStore;
  let documents: SmartIdDocuments;
  before(async () => {
    simulator = await startSimulator({ port: 0 });
    person = signatory(simulator);
  });
  after(() => simulator.close());
  beforeEach(() => {
    store = new OpenStore();
    documents = create();
  });
  afterEach(() => {
    simulator.timestamps.fault = undefined;
    simulator.timestamps.delayMs = 0;
    simulator.revocation.ocspFault = undefined;
  });

  /** Another process of the same site. */
  function create(options: Partial<SmartIdDocumentsOptions> = {}): SmartIdDocuments {
    const timestampAuthority = { url: simulator.timestampUrl, trustAnchors: simulator.timestampTrustAnchors };
    return new SmartIdDocuments({ trustAnchors: simulator.trustAnchors, timestampAuthority, store, ...options });
  }

  async function prepare(
    id: string,
    certificate = person.certificate,
    by = documents,
    toSign = files,
    privateKey = person.privateKey,
  ) {
    const prepared = await by
      .prepare(() => ({ files: toSign }))
      .prepare({ certificate } as Signer, { id } as SigningRequest, {} as Request);
    if (!prepared || !('data' in prepared) || !prepared.data) throw new Error('Nothing was prepared.');
    const { data, signatureAlgorithm = 'rsassa-pss', hashAlgorithm } = prepared;
    return rawSignature(Buffer.from(data), { signatureAlgorithm, hashAlgorithm }, privateKey);
  }

  async function signed() {
    const id = randomUUID();
    return { id, value: await prepare(id) };
  }

  /** A document that is signed and waits for its timestamp. */
  async function waiting() {
    const { id, value } = await signed();
    simulator.timestamps.fault = 'down';
    await failureOf(documents.complete(id, value));
    simulator.timestamps.fault = undefined;
    return { id, value };
  }

  const failureOf = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error) => error,
    );
  const isInput = (error: Error & { field?: string }, field: string) =>
    expect([error?.name, error?.field], error?.message).to.deep.equal(['SmartIdInputError', field]);

  describe('before anybody signs', () => {
    it('refuses a certificate that names no OCSP responder, for the level LT alone', async () => {
      const { certificate } = signatory(simulator, { ocspUrl: null });
      const error = await failureOf(prepare(randomUUID(), certificate));
      isInput(error, 'certificate');
      expect(error.message).to.contain('OCSP');
      await prepare(randomUUID(), certificate, create({ level: 'T' }));
    });

    it('refuses a certificate of a CA that is not one of its trust anchors, naming these', async () => {
      const another = await startSimulator({ port: 0 });
      try {
        const error = await failureOf(prepare(randomUUID(), signatory(another).certificate));
        isInput(error, 'trustAnchors');
      } finally {
        await another.close();
      }
    });

    it('refuses an id of which there is a document, signed or not, and leaves that as it is', async () => {
      const { id, value } = await signed();
      isInput(await failureOf(prepare(id)), 'id');
      simulator.timestamps.fault = 'down';
      await failureOf(documents.complete(id, value));
      simulator.timestamps.fault = undefined;
      isInput(await failureOf(prepare(id)), 'id');
      expect((await documents.complete(id)).content).to.have.length.above(0);
    });
  });

  describe('at the start of a site', () => {
    it('finds an authority whose timestamps are not trusted, or that is out of reach', async () => {
      await documents.checkTimestampAuthority();
      const trustAnchors = simulator.trustAnchors;
      const swapped = create({ timestampAuthority: { url: simulator.timestampUrl, trustAnchors } });
      expect((await failureOf(swapped.checkTimestampAuthority())).message).to.contain('trust anchor for timestamps');
      simulator.timestamps.fault = 'down';
      expect((await failureOf(documents.checkTimestampAuthority())).code).to.equal('network');
      isInput(
        await failureOf(create({ level: 'B', timestampAuthority: undefined }).checkTimestampAuthority()),
        'timestampAuthority',
      );
    });
  });

  describe('told by choose', () => {
    const ask = (chosen: unknown) =>
      documents
        .prepare(() => chosen as never)
        .prepare({ certificate: person.certificate } as Signer, { id: randomUUID() } as SigningRequest, {} as Request);

    const wrong = ['contract.pdf', '', true, 0, 5, [], files, {}, { pdf: null }, { files: null }, { container: null }];
    for (const chosen of [...wrong, { pdf: Buffer.of(1), files }, { files, container: Buffer.of(1) }]) {
      it(`what is no document, or two: says what choose must return, with 500: ${JSON.stringify(chosen)}`, async () => {
        const error = await failureOf(Promise.resolve(ask(chosen)));
        isInput(error, 'choose');
        expect(error.status).to.equal(500);
        expect(error.message).to.contain('must return one of { pdf }, { files } and { container }');
      });
    }

    for (const none of [undefined, null, false]) {
      it(`nothing: turns the signer away: ${none}`, async () => {
        expect(await ask(none)).to.equal(undefined);
      });
    }

    it('one document, and of the other kinds that there is none: prepares that one', async () => {
      for (const nothing of [undefined, null]) {
        const prepared = await ask({ pdf: nothing, files, container: nothing });
        expect(prepared).to.have.property('data');
      }
    });
  });

  describe('where two work on one document', () => {
    it('does not bring back what another process has completed and forgotten', async () => {
      const { id } = await waiting();
      simulator.timestamps.delayMs = 300;
      const late = failureOf(create().complete(id));
      await sleep(100);
      await documents.forget(id);
      isInput(await late, 'id');
      expect(await store.load(id)).to.equal(undefined);
    });

    it('uses the value of a second call where the first one has none', async () => {
      const { id, value } = await signed();
      const [without, withIt] = await Promise.all([
        failureOf(documents.complete(id)),
        documents.complete(id, value).catch((error) => error),
      ]);
      isInput(without, 'draft');
      expect((withIt as SignedDocument).content).to.be.instanceOf(Buffer);
    });

    it('refuses a value that is not of the document, also beside one that runs', async () => {
      const { id, value } = await waiting();
      simulator.timestamps.delayMs = 300;
      const [running, wrong, right] = [
        documents.complete(id),
        documents.complete(id, Buffer.alloc(256)),
        documents.complete(id, value),
      ];
      const error = await failureOf(wrong);
      expect([error?.name, error?.check]).to.deep.equal(['SmartIdVerificationError', 'signature']);
      expect((await right).content.equals((await running).content)).to.equal(true);
    });

    it('gives a document to the site once, and one timestamp, where its signature comes twice at the same time', async () => {
      const { id, value } = await signed();
      const kept: SignedDocument[] = [];
      const keep = documents.signed((document) => void kept.push(document));
      const before = simulator.timestamps.requests;
      const finish = () => keep({ id, value } as SmartIdSignature, {} as Request);
      await Promise.all([finish(), finish()]);
      expect([kept.length, simulator.timestamps.requests - before]).to.deep.equal([1, 1]);
    });
  });

  describe('with a timestamp that does not verify any more', () => {
    /** A document that is signed and has its timestamp, and waits for its OCSP answers. */
    async function timestamped() {
      const { id, value } = await signed();
      simulator.revocation.ocspFault = 'unavailable';
      await failureOf(documents.complete(id, value));
      expect((await store.load(id))?.timestamp).to.be.a('string');
      return id;
    }

    async function bought(by: SmartIdDocuments, id: string, of = simulator) {
      const before = of.timestamps.requests;
      const result = await by.complete(id).catch((error: Error) => error);
      return { result, count: of.timestamps.requests - before };
    }

    it('takes one of the authority that the site has by now, once, and makes one file', async () => {
      const id = await timestamped();
      const other = await startSimulator({ port: 0 });
      try {
        const timestampAuthority = { url: other.timestampUrl, trustAnchors: other.timestampTrustAnchors };
        const [first, later] = [create({ timestampAuthority }), create({ timestampAuthority })];
        const failed = await bought(first, id, other);
        expect([(failed.result as Error).name, failed.count]).to.deep.equal(['SmartIdServiceError', 1]);
        simulator.revocation.ocspFault = undefined;
        const { result, count } = await bought(later, id, other);
        expect(count).to.equal(0);
        const { content } = result as SignedDocument;
        const again = await bought(first, id, other);
        expect([again.count, (again.result as SignedDocument).content.equals(content)]).to.deep.equal([0, true]);
        const token = Buffer.from((await store.load(id))?.timestamp ?? '', 'base64');
        expect(token.includes(other.pki.timestampUnit.certificate)).to.equal(true);
        expect(content.includes(token.toString('base64'))).to.equal(true);
      } finally {
        await other.close();
      }
    });

    it('takes one of the authority that the site has by now also where it was complete, once', async () => {
      const { id, value } = await signed();
      await documents.complete(id, value);
      const other = await startSimulator({ port: 0 });
      try {
        const timestampAuthority = { url: other.timestampUrl, trustAnchors: other.timestampTrustAnchors };
        const counts = [];
        for (const _try of [1, 2, 3]) counts.push((await bought(create({ timestampAuthority }), id, other)).count);
        expect(counts).to.deep.equal([1, 0, 0]);
      } finally {
        await other.close();
      }
    });

    it('takes another one after a quarter of an hour, but none that would be of no use, and none lasts longer for it', async () => {
      let aheadMs = 0;
      const clock = () => Date.now() + aheadMs;
      const own = await startSimulator({ port: 0, clock });
      try {
        const [id, signer] = [randomUUID(), signatory(own)];
        const timestampAuthority = { url: own.timestampUrl, trustAnchors: own.timestampTrustAnchors };
        const ofNow = create({ trustAnchors: own.trustAnchors, timestampAuthority, clock });
        const value = await prepare(id, signer.certificate, ofNow, files, signer.privateKey);
        own.revocation.ocspFault = 'unavailable';
        await failureOf(ofNow.complete(id, value));
        aheadMs = 20 * 60_000;
        store.lifetimes.length = 0;
        expect((await bought(ofNow, id, own)).count).to.equal(0);
        own.revocation.ocspFault = undefined;
        const { result, count } = await bought(ofNow, id, own);
        expect([(result as SignedDocument).content?.length > 0, count], `${result}`).to.deep.equal([true, 1]);
        const week = 7 * 24 * 60 * 60_000;
        expect(store.lifetimes).to.have.length.above(0);
        for (const lifetimeMs of store.lifetimes)
          expect(lifetimeMs).to.be.within(week - 16 * 60_000, week - 14 * 60_000);
      } finally {
        await own.close();
      }
    });

    it('takes one of the policy that the site asks for by now', async () => {
      simulator.timestamps.fault = 'wrong-policy';
      const id = await timestamped();
      simulator.timestamps.fault = undefined;
      simulator.revocation.ocspFault = undefined;
      const { timestampUrl: url, timestampTrustAnchors: trustAnchors } = simulator;
      const { result, count } = await bought(
        create({ timestampAuthority: { url, trustAnchors, policy: '0.4.0.2023.1.1' } }),
        id,
      );
      expect([(result as SignedDocument).content?.length > 0, count], `${result}`).to.deep.equal([true, 1]);
    });

    for (const [what, timestamp] of [
      ['a damaged one', (text: string) => text.replace(/.(?=.{40}$)/, (one) => (one === 'A' ? 'B' : 'A'))],
      ['that of nothing', () => ''],
      ['no token', () => 'AAAA'],
      ['no Base64', () => '%'],
      ['a number', () => 5],
      ['null', () => null],
    ] as const) {
      it(`takes another one in place of ${what}`, async () => {
        const id = await timestamped();
        const { timestamp: before = '' } = (await store.load(id)) ?? {};
        simulator.revocation.ocspFault = undefined;
        store.change = (draft) => ({ ...draft, timestamp: timestamp(before) });
        const { result, count } = await bought(documents, id);
        expect([(result as SignedDocument).content?.length > 0, count], `${result}`).to.deep.equal([true, 1]);
        store.change = (draft) => draft;
        expect((await store.load(id))?.timestamp).to.not.equal(before);
        expect((await bought(documents, id)).count).to.equal(0);
      });
    }

    it('takes one for each try where the store keeps the wrong one', async () => {
      const id = await timestamped();
      store.change = (draft) => ({ ...draft, timestamp: 'AAAA' });
      for (const _try of [1, 2]) {
        const { result, count } = await bought(documents, id);
        expect([result.constructor.name, count]).to.deep.equal(['SmartIdServiceError', 1]);
      }
    });
  });

  describe('with a store that fails or was written to', () => {
    it('finishes the file with the timestamp that the store does not take, and buys no other', async () => {
      const { id } = await waiting();
      store.isDown = true;
      const before = simulator.timestamps.requests;
      expect((await documents.complete(id)).content).to.be.instanceOf(Buffer);
      expect(simulator.timestamps.requests - before).to.equal(1);
    });

    it('gives nothing for the signature of another document, where the store has a signed one under its id', async () => {
      const other = await waiting();
      const id = randomUUID();
      const value = await prepare(id, person.certificate, documents, [
        { ...files[0], name: 'mine.txt' },
      ] as typeof files);
      const mine = { id, value };
      const foreign = await store.load(other.id);
      store.change = () => foreign;
      expect(await failureOf(documents.complete(mine.id, mine.value))).to.include({
        name: 'SmartIdVerificationError',
        check: 'signature',
      });
      expect((await documents.complete(mine.id, other.value)).content).to.be.instanceOf(Buffer);
      store.change = (draft) => draft;
      expect((await documents.complete(mine.id, mine.value)).content).to.be.instanceOf(Buffer);
    });

    it('makes no file of a lower level than asked for, and one of a higher level', async () => {
      const { id } = await waiting();
      store.change = (draft) => ({ ...draft, level: 'B' });
      isInput(await failureOf(documents.complete(id)), 'draft');
      store.change = (draft) => draft;
      const { timestampedAt } = await create({ level: 'B' }).complete(id);
      expect(timestampedAt, 'what was prepared for LT becomes LT').to.be.a('number');
    });

    for (const field of [
      'level',
      'signatureAlgorithm',
      'hashAlgorithm',
      'certificate',
      'signedAt',
      'expiresAt',
      'data',
    ]) {
      it(`says that it is no draft where ${field} is missing or of another type`, async () => {
        const { id, value } = await signed();
        for (const wrong of [undefined, null, 5.5, {}, [], '?', true]) {
          store.change = (draft) => ({ ...draft, [field]: wrong });
          isInput(await failureOf(documents.complete(id, value)), 'draft');
        }
        store.change = (draft) => draft;
        expect((await documents.complete(id, value)).content).to.be.instanceOf(Buffer);
      });
    }

    it('says that it is no draft where it is something else', async () => {
      const { id, value } = await signed();
      for (const other of [5, 'a text', [], {}]) {
        store.change = () => other;
        isInput(await failureOf(documents.complete(id, value)), 'draft');
      }
    });
  });
});
