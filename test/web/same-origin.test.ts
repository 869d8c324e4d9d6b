/** Which requests count as the page's own, directly and behind proxies. */

import { createRequire } from 'node:module';
import { expect } from 'chai';
import currentExpress from 'express';
import { sameOriginOnly } from '../../lib/web/same-origin.js';
import { listen } from '../support/listen.js';

const require = createRequire(import.meta.url);
const refusal = { error: 'This request must come from the page itself.' };

for (const [name, express] of [
  ['Express 5', currentExpress],
  ['Express 4', require('express4') as typeof currentExpress],
] as const) {
  describe(`A request of the page itself, with ${name}`, () => {
    const closers: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const close of closers.splice(0)) await close();
    });

    async function start(trust?: unknown, isBelow = false) {
      const app = express();
      if (trust !== undefined) app.set('trust proxy', trust);
      const own = isBelow ? express() : app;
      own.post('/start', sameOriginOnly, (_req, res) => void res.json('passed'));
      if (isBelow) app.use('/below', own);
      const { origin, close } = await listen(app);
      closers.push(close);
      const ask = async (headers: Record<string, string>) => {
        const response = await fetch(`${origin}${isBelow ? '/below' : ''}/start`, { method: 'POST', headers });
        const body = await response.json();
        if (response.status !== 200) expect([response.status, body]).to.deep.equal([403, refusal]);
        return body === 'passed';
      };
      return { origin, host: new URL(origin).host, ask };
    }

    it('is one that the browser calls so, or whose origin is the host, or that no browser sends', async () => {
      const { origin, host, ask } = await start();
      for (const [headers, isOwn] of [
        [{}, true],
        [{ origin }, true],
        [{ origin: `https://${host}` }, true],
        [{ 'sec-fetch-site': 'same-origin' }, true],
        [{ 'sec-fetch-site': 'same-origin', origin }, true],
        [{ 'sec-fetch-site': 'same-origin', origin: 'https://shop.example' }, true],
        [{ 'sec-fetch-site': 'cross-site', origin }, false],
        [{ 'sec-fetch-site': 'same-site', origin }, false],
        [{ 'sec-fetch-site': 'none', origin }, false],
        [{ 'sec-fetch-site': '', origin }, false],
        [{ origin: 'https://evil.example' }, false],
        [{ origin: 'http://127.0.0.1' }, false],
        [{ origin: `http://127.0.0.1:${Number(new URL(origin).port) + 1}` }, false],
        [{ origin: `${origin}.evil.example` }, false],
        [{ origin: 'null' }, false],
        [{ origin: host }, false],
        [{ origin: '' }, false],
      ] as [Record<string, string>, boolean][]) {
        expect(await ask(headers), JSON.stringify(headers)).to.equal(isOwn);
      }
    });

    const forwarded = { origin: 'https://shop.example', 'x-forwarded-host': 'shop.example' };

    for (const trust of [undefined, false, 0, '10.0.0.1', []]) {
      it(`is not one whose host a header forges that nobody vouches for: trust proxy ${JSON.stringify(trust)}`, async () => {
        const { origin, ask } = await start(trust);
        expect(await ask(forwarded)).to.equal(false);
        expect(await ask({ ...forwarded, 'x-forwarded-host': 'shop.example, shop.example' })).to.equal(false);
        expect(await ask({ origin, 'x-forwarded-host': 'shop.example' })).to.equal(true);
        expect(await ask({ ...forwarded, 'sec-fetch-site': 'cross-site' })).to.equal(false);
        expect(await ask({ ...forwarded, 'sec-fetch-site': 'same-origin' })).to.equal(true);
      });
    }

    for (const trust of [true, 1, 'loopback', ['10.0.0.1', '127.0.0.1'], () => true]) {
      it(`is one of the host that a trusted proxy was asked for: trust proxy ${JSON.stringify(trust) ?? 'by a function'}`, async () => {
        const { origin, ask } = await start(trust);
        for (const [headers, isOwn] of [
          [forwarded, true],
          [{ ...forwarded, 'x-forwarded-host': 'shop.example, inner.example' }, true],
          [{ ...forwarded, 'x-forwarded-host': 'shop.example , inner.example' }, true],
          [{ ...forwarded, 'x-forwarded-host': 'inner.example, shop.example' }, false],
          [{ ...forwarded, 'x-forwarded-host': 'shop.example:8443' }, false],
          [{ origin: 'https://shop.example:8443', 'x-forwarded-host': 'shop.example:8443' }, true],
          [{ ...forwarded, origin: 'https://evil.example' }, false],
          [{ ...forwarded, origin: 'null' }, false],
          [{ ...forwarded, origin }, false],
          [{ origin }, true],
          [{ origin, 'x-forwarded-host': '' }, true],
          [{ origin: 'https://evil.example', 'x-forwarded-host': '' }, false],
          [{ ...forwarded, 'sec-fetch-site': 'cross-site' }, false],
          [{ ...forwarded, 'sec-fetch-site': 'same-site' }, false],
        ] as [Record<string, string>, boolean][]) {
          expect(await ask(headers), JSON.stringify(headers)).to.equal(isOwn);
        }
      });
    }

    it('is so in an application below another one, which says whom to trust', async () => {
      expect(await (await start('loopback', true)).ask(forwarded)).to.equal(true);
      expect(await (await start(undefined, true)).ask(forwarded)).to.equal(false);
    });
  });
}
