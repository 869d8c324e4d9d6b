/** What several processes make that complete one document: one file, of one timestamp. */

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { Request } from 'express';
import { createClient } from 'redis';
import {
  type DocumentDraft,
  type DocumentToSign,
  type DraftStore,
  MemoryDraftStore,
  SmartIdDocuments,
  type SmartIdDocumentsOptions,
} from '../../lib/documents/index.js';
import { RedisDraftStore } from '../../lib/redis/index.js';
import type { SmartIdSignature } from '../../lib/signing/finish.js';
import type { Signer, SigningRequest } from '../../lib/signing/options.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { RedisServer } from '../support/redis-server.js';
import { type Signatory, signatory } from '../support/signing.js';
import { handmade, onePage } from './pdf-corpus.js';
import { rawSignature } from './signed-documents.js';

const files = [{ name: 'contract.txt', contentType: 'text/plain', content: Buffer.from('A contract') }];
const documentKinds: Record<string, DocumentToSign> = {
  'a PDF': { pdf: handmade({ objects: onePage() }) },
  'a container': { files },
};
const day = 24 * 3_600_000;

/** Makes the store of one process. */
type MakeStore = () => Promise<DraftStore>;

const places: Record<string, (test: Mocha.Context, cleanUp: (() => unknown)[]) => Promise<MakeStore>> = {
  async 'a MemoryDraftStore'() {
    const store = new MemoryDraftStore();
    return async () => store;
  },
  async 'a RedisDraftStore'(test, cleanUp) {
    const server = await RedisServer.start(test);
    cleanUp.push(() => server.close());
    return async () => {
      const client = await createClient({ url: server.url })
        .on('error', () => {})
        .connect();
      cleanUp.unshift(() => client.destroy());
      return new RedisDraftStore({ client, secret: 'the secret of a site, long enough' });
    };
  },
};

for (const [place, open] of Object.entries(places)) {
  describe(`Two processes that complete one document, with ${place}`, () => {
    let simulator: Simulator;
    let person: Signatory;
    let makeStore: MakeStore;
    let stores: DraftStore[];
    const cleanUp: (() => unknown)[] = [];

    before(async function () {
      makeStore = await open(this, cleanUp);
      simulator = await startSimulator({ port: 0 });
      cleanUp.unshift(() => simulator.close());
      person = signatory(simulator);
      stores = [await makeStore(), await makeStore()];
    });
    after(async () => {
      for (const end of cleanUp) await end();
    });
    afterEach(() => {
      simulator.timestamps.fault = undefined;
      simulator.timestamps.delayMs = 0;
    });

    function processes(options: Partial<SmartIdDocumentsOptions> = {}): [SmartIdDocuments, SmartIdDocuments] {
      const timestampAuthority = { url: simulator.timestampUrl, trustAnchors: simulator.timestampTrustAnchors };
      const create = (store?: DraftStore) =>
        new SmartIdDocuments({ trustAnchors: simulator.trustAnchors, timestampAuthority, store, ...options });
      return [create(stores[0]), create(stores[1])];
    }

    async function signed(by: SmartIdDocuments, document: DocumentToSign = { files }) {
      const id = randomUUID();
      const { certificate, privateKey } = person;
      const prepared = await by
        .prepare(() => document)
        .prepare({ certificate } as Signer, { id } as SigningRequest, {} as Request);
      if (!prepared || !('data' in prepared) || !prepared.data) throw new Error('Nothing was prepared.');
      const { data, signatureAlgorithm = 'rsassa-pss', hashAlgorithm } = prepared;
      return { id, value: rawSignature(Buffer.from(data), { signatureAlgorithm, hashAlgorithm }, privateKey) };
    }

    /** A store like these, of which something is otherwise. */
    const changedStore = (change: Partial<DraftStore>): DraftStore =>
      Object.assign(Object.create(stores[0] ?? {}), change);

    /** How many timestamps are bought meanwhile. */
    async function bought(work: () => Promise<unknown>): Promise<number> {
      const before = simulator.timestamps.requests;
      await work();
      return simulator.timestamps.requests - before;
    }

    const same = (documents: { content: Buffer }[]) =>
      expect(new Set(documents.map(({ content }) => content.toString('base64'))).size).to.equal(1);

    for (const level of ['T', 'LT'] as const) {
      for (const [kind, document] of Object.entries(documentKinds)) {
        it(`at the same time make one file of one timestamp: ${kind} of level ${level}`, async () => {
          const both = processes({ level });
          const { id, value } = await signed(both[0], document);
          const timestamps = await bought(async () => {
            same(await Promise.all([both[0].complete(id, value), both[1].complete(id, value)]));
          });
          expect(timestamps).to.equal(1);
        });
      }

      it(`make one file where nothing keeps them apart, as when one is slow: level ${level}`, async () => {
        const store = changedStore({ claim: async () => true });
        const [one, other] = processes({ level, store });
        const { id, value } = await signed(one);
        await Promise.allSettled([one.complete(id, Buffer.alloc(512))]);
        const timestamps = await bought(async () => {
          same(await Promise.all([one.complete(id, value), other.complete(id, value)]));
        });
        expect(timestamps).to.equal(2);
      });
    }

    it('one after the other make one file, a day later too, and ask nobody', async () => {
      let now = Date.now();
      const [one, other] = processes({ clock: () => now });
      const { id, value } = await signed(one);
      const first = await one.complete(id, value);
      const { ocsp } = simulator.revocation.requests;
      now += day;
      const timestamps = await bought(async () => {
        const later = await other.complete(id);
        same([first, later]);
        expect(later.timestampedAt).to.equal(first.timestampedAt);
      });
      expect([timestamps, simulator.revocation.requests.ocsp]).to.deep.equal([0, ocsp]);
    });

    it('give the site the same file where it cannot keep it at first', async () => {
      const [one, other] = processes();
      const { id, value } = await signed(one);
      const brought: { content: Buffer }[] = [];
      const finish = (by: SmartIdDocuments) =>
        by.signed((document) => {
          if (brought.push(document) === 1) throw new Error('The disk is full.');
        })({ id, value } as SmartIdSignature, {} as Request);
      const timestamps = await bought(async () => {
        await Promise.allSettled([finish(one)]);
        await finish(other);
      });
      same(brought);
      expect([brought.length, timestamps]).to.deep.equal([2, 1]);
    });

    it('do not wait for each other where the first one fails', async () => {
      const [one, other] = processes();
      const { id, value } = await signed(one);
      simulator.timestamps.fault = 'down';
      const failure = one.complete(id, value).catch((error) => error);
      expect((await failure).name).to.equal('SmartIdServiceError');
      simulator.timestamps.fault = undefined;
      const begin = performance.now();
      expect((await other.complete(id)).content).to.be.instanceOf(Buffer);
      expect(performance.now() - begin).to.be.below(10_000);
    });

    it('go on where the first one has died with its claim, when that is over', async () => {
      const claim = (id: string) => (stores[0] as DraftStore).claim(id, 500);
      const [one] = processes({ store: changedStore({ claim }) });
      const { id, value } = await signed(one);
      expect(await claim(id)).to.equal(true);
      const begin = performance.now();
      expect((await one.complete(id, value)).content).to.be.instanceOf(Buffer);
      expect(performance.now() - begin).to.be.above(300);
    });

    it('tell what can be tried again where the other one has it for too long, and keep their hands off', async () => {
      const now = performance.now;
      // Half a minute passes.
      const claim = async () => {
        performance.now = () => now.call(performance) + 31_000;
        return false;
      };
      let released = 0;
      const release = async () => void released++;
      const [one] = processes({ store: changedStore({ claim, release }) });
      const { id, value } = await signed(one);
      try {
        for (const complete of [
          () => one.complete(id, value),
          () => one.signed(() => {})({ id, value } as SmartIdSignature, {} as Request),
        ]) {
          const error = await complete().then(
            () => undefined,
            (reason) => reason,
          );
          expect([error?.name, error?.status, error?.signingId]).to.deep.equal(['SmartIdDocumentError', 503, id]);
          performance.now = now;
        }
      } finally {
        performance.now = now;
      }
      expect(released).to.equal(0);
    });

    it('leave the claim of another one alone that has begun after the time of theirs', async () => {
      const [store] = stores as [DraftStore];
      const now = performance.now;
      let released = 0;
      const change = {
        load: (id: string) => {
          performance.now = () => now.call(performance) + 31_000;
          return store.load(id);
        },
        release: async () => void released++,
      };
      const [one] = processes({ store: changedStore(change) });
      const { id, value } = await signed(one);
      try {
        await one.complete(id, value);
      } finally {
        performance.now = now;
      }
      expect(released).to.equal(0);
    });

    describe('with evidence in the store that is not theirs', () => {
      type Evidence = NonNullable<DocumentDraft['evidence']>;
      const flipped = (text: string) => {
        const bytes = Buffer.from(text, 'base64');
        bytes[bytes.length - 20] = (bytes[bytes.length - 20] as number) ^ 1;
        return bytes.toString('base64');
      };
      let another: Evidence;
      let evidence: Evidence;
      let id: string;
      async function completed() {
        const [one] = processes();
        const { id, value } = await signed(one);
        await one.complete(id, value);
        return { id, evidence: (await stores[0]?.load(id))?.evidence as Evidence };
      }
      before(async () => {
        ({ evidence: another } = await completed());
        // OCSP answers know whole seconds: those of the other document are to be older than this timestamp.
        await sleep(1_100);
        ({ id, evidence } = await completed());
      });

      for (const [what, change] of Object.entries<(evidence: Evidence) => unknown>({
        'a changed OCSP answer': (one) => ({ ...one, ocspResponses: one.ocspResponses.map(flipped) }),
        'OCSP answers in another order': (one) => ({ ...one, ocspResponses: one.ocspResponses.toReversed() }),
        'one OCSP answer too few': (one) => ({ ...one, ocspResponses: one.ocspResponses.slice(1) }),
        'one OCSP answer too many': (one) => ({ ...one, ocspResponses: [...one.ocspResponses, ...one.ocspResponses] }),
        'what is no OCSP answer': (one) => ({ ...one, ocspResponses: ['AAAA', 'AAAA'] }),
        'a changed timestamp': (one) => ({ ...one, timestamp: flipped(one.timestamp) }),
        'all of another document': () => another,
        'older OCSP answers': (one) => ({ ...one, ocspResponses: another.ocspResponses }),
        'another time': (one) => ({ ...one, collectedAt: one.collectedAt + 2 * day }),
        'a text': () => 'a text',
        'nothing in it': () => ({}),
      })) {
        it(`make a file of new evidence: ${what}`, async () => {
          let given: unknown = change(evidence);
          const load = async () => ({ ...(await stores[0]?.load(id)), evidence: given }) as DocumentDraft;
          const [one] = processes({ store: changedStore({ load }) });
          const asked = async () => {
            const before = simulator.revocation.requests.ocsp;
            expect((await one.complete(id)).content).to.be.instanceOf(Buffer);
            return simulator.revocation.requests.ocsp - before;
          };
          expect(await asked()).to.be.above(0);
          given = evidence;
          expect(await asked(), 'the right one').to.equal(0);
        });
      }
    });
  });
}
