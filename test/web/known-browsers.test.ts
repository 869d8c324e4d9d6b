/** Browsers that a person has logged in with, over real HTTP, as far as cookies matter. */

import { createHash, randomBytes } from 'node:crypto';
import { get } from 'node:http';
import { createRequire } from 'node:module';
import { expect } from 'chai';
import currentExpress, { type NextFunction, type Request, type Response } from 'express';
import { CookieJar } from 'tough-cookie';
import {
  checkKnownBrowserStore,
  type KnownBrowser,
  type KnownBrowserStore,
  KnownBrowsers,
  MemoryKnownBrowserStore,
} from '../../lib/web/known-browsers.js';
import { inputError } from '../support/errors.js';
import { listen } from '../support/listen.js';

const require = createRequire(import.meta.url);

const cookieName = '__Host-smart-id-browser';
const days = 24 * 60 * 60 * 1000;
const [anna, bert, carl] = ['PNOEE-40404040009', 'PNOLV-123456-12345', 'PNOLT-30303039914'] as const;

const randomToken = () => randomBytes(32).toString('base64url');
const hashOf = (token: string) => createHash('sha256').update(token).digest('base64url');

/** Keeps what it is given, and all that it has ever been told. */
class SpyStore extends MemoryKnownBrowserStore {
  readonly told: unknown[] = [];
  readonly asked: string[] = [];
  failure?: Error;

  override async add(browser: KnownBrowser): Promise<void> {
    this.told.push(browser);
    if (this.failure) throw this.failure;
    return super.add(browser);
  }

  override async remove(tokenHash: string): Promise<void> {
    if (this.failure) throw this.failure;
    return super.remove(tokenHash);
  }

  override async find(tokenHash: string): Promise<KnownBrowser | undefined> {
    this.told.push(tokenHash);
    this.asked.push(tokenHash);
    if (this.failure) throw this.failure;
    return super.find(tokenHash);
  }
}

for (const [name, express] of [
  ['Express 5', currentExpress],
  ['Express 4', require('express4') as typeof currentExpress],
] as const) {
  describe(`Known browsers with ${name}`, () => {
    let now: number;
    let store: SpyStore;
    let site: { origin: string; close(): Promise<void> };
    let errors: unknown[];

    beforeEach(async () => {
      now = 1_800_000_000_000;
      errors = [];
      const clock = () => now;
      store = new SpyStore();
      const browsers = new KnownBrowsers(store, clock);
      const app = express();
      const answer = (how: (req: Request, res: Response) => Promise<unknown>) => {
        return (req: Request, res: Response, next: NextFunction) => {
          how(req, res).then((value) => res.json(value ?? null), next);
        };
      };
      const personOf = (req: Request) => String(req.query.person);
      app.get(
        '/isKnown',
        answer((req) => browsers.isKnown(req)),
      );
      app.get(
        '/knows',
        answer((req) => browsers.knows(req, personOf(req))),
      );
      app.get(
        '/remember',
        answer((req, res) => {
          res.cookie('other', '1');
          return browsers.remember(req, res, personOf(req));
        }),
      );
      app.get(
        '/forget',
        answer((req, res) => browsers.forget(req, res)),
      );
      app.use((error: Error, _req: Request, res: Response, _next: NextFunction) => {
        errors.push(error);
        res.status(500).json('failed');
      });
      site = await listen(app);
    });
    afterEach(() => site.close());

    /** Asks the site with this Cookie header. */
    const ask = async (path: string, cookie?: string) => {
      const response = await fetch(site.origin + path, cookie === undefined ? {} : { headers: { cookie } });
      return { body: await response.json(), cookies: response.headers.getSetCookie() };
    };
    const known = async (value: string) => (await ask('/isKnown', `${cookieName}=${value}`)).body;

    /** A browser that holds cookies to their rules, at a host that it reaches by https. */
    class StrictBrowser {
      readonly jar = new CookieJar(undefined, { prefixSecurity: 'strict' });
      readonly url = 'https://login.example.com/deep/login/';

      async ask(path: string) {
        const answer = await ask(path, await this.jar.getCookieString(this.url));
        for (const cookie of answer.cookies) await this.jar.setCookie(cookie, this.url);
        return answer;
      }
      isKnown = async () => (await this.ask('/isKnown')).body;
      knows = async (person: string) => (await this.ask(`/knows?person=${person}`)).body;
      remember = (person: string) => this.ask(`/remember?person=${person}`);
      known = async () => {
        const all = [anna, bert, carl];
        const answers = await Promise.all(all.map((person) => this.knows(person)));
        return all.filter((_, index) => answers[index]);
      };
      async tokens(): Promise<string[]> {
        const cookies = await this.jar.getCookies(this.url);
        return cookies.find(({ key }) => key === cookieName)?.value.split('.') ?? [];
      }
      plant = (value: string) =>
        this.jar.setCookie(`${cookieName}=${value}; Secure; HttpOnly; SameSite=Lax; Path=/`, this.url);
    }

    it('sets a cookie with exactly the attributes that keep it to this host', async () => {
      const { cookies } = await ask(`/remember?person=${anna}`);
      expect(cookies).to.have.length(2);
      expect(cookies[0]).to.equal('other=1; Path=/');
      const [pair = '', ...attributes] = cookies[1]?.split('; ') ?? [];
      expect(pair).to.match(/^__Host-smart-id-browser=[A-Za-z0-9_-]{43}$/);
      expect(attributes).to.have.members(['Max-Age=15552000', 'Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax']);
    });

    it('knows a browser after a login, for that person and nobody else', async () => {
      const browser = new StrictBrowser();
      expect(await browser.isKnown()).to.equal(false);
      expect(await browser.known()).to.deep.equal([]);
      await browser.remember(anna);
      expect(await browser.isKnown()).to.equal(true);
      expect(await browser.known()).to.deep.equal([anna]);
      expect(await new StrictBrowser().known()).to.deep.equal([]);
      expect(await new StrictBrowser().isKnown()).to.equal(false);
    });

    it('compares persons exactly', async () => {
      const browser = new StrictBrowser();
      await browser.remember(anna);
      for (const person of ['', anna.toLowerCase(), anna.slice(0, -1), `${anna}0`, 'undefined']) {
        expect(await browser.knows(person), person).to.equal(false);
      }
    });

    it('finds its cookie among others, and takes no other for it', async () => {
      const browser = new StrictBrowser();
      await browser.remember(anna);
      const [token] = await browser.tokens();
      for (const [header, expected] of [
        [`a=b; ${cookieName}=${token}; c=d`, true],
        [`a=b;${cookieName}=${token};c=d`, true],
        [`${cookieName}=${token};`, true],
        [`x${cookieName}=${token}`, false],
        [`a=${cookieName}=${token}`, false],
        [`smart-id-browser=${token}`, false],
        [`${cookieName.toLowerCase()}=${token}`, false],
        [`${cookieName} =${token}`, false],
        [`\u00a0${cookieName}=${token}`, false],
        [`a=b;\u00a0${cookieName}=${token}`, false],
        [`a=b,${cookieName}=${token}`, false],
        [cookieName, false],
        ['=', false],
      ] as const) {
        expect((await ask('/isKnown', header)).body, header).to.equal(expected);
      }
    });

    it('takes a malformed cookie for none, without asking the store', async () => {
      const browser = new StrictBrowser();
      await browser.remember(anna);
      const [token = ''] = await browser.tokens();
      store.asked.length = 0;
      for (const value of [
        '',
        '.',
        `"${token}"`,
        `${token}.`,
        `.${token}`,
        `${token}..${randomToken()}`,
        `${token},${randomToken()}`,
        `${token}.short`,
        `${token}=`,
        `${token}%20`,
        token.slice(1),
        `${token}A`,
        `${token} x`,
        `${token.slice(1)}+`,
        'x'.repeat(8000),
        [token, ...Array.from({ length: 5 }, randomToken)].join('.'),
        Array.from({ length: 200 }, () => token).join('.'),
      ]) {
        expect(await known(value), value).to.equal(false);
      }
      expect(store.asked).to.deep.equal([]);
      expect(await known([token, ...Array.from({ length: 4 }, randomToken)].join('.'))).to.equal(true);
    });

    it('takes a repeated cookie for none', async () => {
      const browser = new StrictBrowser();
      await browser.remember(anna);
      const [token = ''] = await browser.tokens();
      const [own, planted] = [`${cookieName}=${token}`, `${cookieName}=${randomToken()}`];
      for (const header of [
        `${own}; ${planted}`,
        `${planted}; ${own}`,
        `${own}; ${own}`,
        `${own}; a=b; ${cookieName}=`,
      ]) {
        expect((await ask('/isKnown', header)).body, header).to.equal(false);
      }
      const inTwoHeaders = await new Promise((resolve, reject) => {
        const headers = ['Host', 'localhost', 'Cookie', own, 'Cookie', planted];
        get(`${site.origin}/isKnown`, { headers: headers as any }, (response) => {
          response.setEncoding('utf8').once('data', resolve);
        }).once('error', reject);
      });
      expect(inTwoHeaders).to.equal('false');
    });

    it('looks up each token once, whoever is asked for', async () => {
      const browser = new StrictBrowser();
      for (const person of [anna, bert, carl]) await browser.remember(person);
      const hashes = (await browser.tokens()).map(hashOf);
      for (const person of [anna, bert, 'PNOEE-30303039914']) {
        store.asked.length = 0;
        await browser.knows(person);
        expect(store.asked).to.deep.equal(hashes);
      }
      store.asked.length = 0;
      const [token = ''] = await browser.tokens();
      await known(`${token}.${token}`);
      expect(store.asked).to.deep.equal([hashOf(token)]);
    });

    it('knows a browser for several persons, newest first', async () => {
      const browser = new StrictBrowser();
      const tokens: string[] = [];
      for (const person of [anna, bert, carl]) {
        await browser.remember(person);
        tokens.unshift((await browser.tokens())[0] ?? '');
        expect(await browser.tokens()).to.deep.equal(tokens);
      }
      expect(await browser.known()).to.deep.equal([anna, bert, carl]);
      await browser.remember(bert);
      const [fresh, ...others] = await browser.tokens();
      expect(others).to.deep.equal([tokens[0], tokens[2]]);
      expect(tokens).not.to.include(fresh);
      expect(await browser.known()).to.deep.equal([anna, bert, carl]);
    });

    it('forgets this browser where it is asked to, for everybody who has logged in there, and no other one', async () => {
      const shared = new StrictBrowser();
      const own = new StrictBrowser();
      for (const person of [anna, 'PNOEE-30303039914']) await shared.ask(`/remember?person=${person}`);
      await own.ask(`/remember?person=${anna}`);
      const copy = (await shared.jar.getCookieString(shared.url)).split('=')[1] ?? '';
      const { cookies } = await shared.ask('/forget');
      expect(cookies).to.deep.equal([`${cookieName}=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax`]);
      expect((await shared.ask('/isKnown')).body).to.equal(false);
      // The tokens stand for nobody any more, whoever has a copy of them.
      expect(await known(copy)).to.equal(false);
      expect((await own.ask(`/knows?person=${anna}`)).body).to.equal(true);
    });

    it('takes the cookie away also where the store fails, and tells so', async () => {
      const browser = new StrictBrowser();
      await browser.ask(`/remember?person=${anna}`);
      store.failure = new Error('The database is away.');
      const { body, cookies } = await browser.ask('/forget');
      expect([body, cookies.length]).to.deep.equal(['failed', 1]);
      store.failure = undefined;
      expect((await browser.ask('/isKnown')).body).to.equal(false);
    });

    it('forgets the person who logged in longest ago when a sixth comes', async () => {
      const browser = new StrictBrowser();
      for (const person of [anna, bert, carl, 'PNOEE-1', 'PNOEE-2']) await browser.remember(person);
      expect(await browser.known()).to.deep.equal([anna, bert, carl]);
      await browser.remember('PNOEE-3');
      expect(await browser.tokens()).to.have.length(5);
      expect(await browser.known()).to.deep.equal([bert, carl]);
      await browser.remember('PNOEE-3');
      expect(await browser.known()).to.deep.equal([bert, carl]);
    });

    it('never makes a planted token stand for the person who logs in', async () => {
      const browser = new StrictBrowser();
      const planted = randomToken();
      await browser.plant(planted);
      expect(await browser.isKnown()).to.equal(false);
      await browser.remember(anna);
      expect(await browser.tokens())
        .to.have.length(1)
        .and.not.include(planted);
      expect(await browser.known()).to.deep.equal([anna]);
      expect(await known(planted)).to.equal(false);
    });

    it("never makes the token of somebody else's browser stand for the person who logs in", async () => {
      const attacker = new StrictBrowser();
      await attacker.remember(carl);
      const browser = new StrictBrowser();
      await browser.plant((await attacker.tokens()).join('.'));
      await browser.remember(anna);
      expect(await browser.known()).to.deep.equal([anna, carl]);
      expect(await attacker.known()).to.deep.equal([carl]);
    });

    it('gives a new token even to a browser that is known for the person', async () => {
      const browser = new StrictBrowser();
      await browser.remember(anna);
      const [before] = await browser.tokens();
      await browser.remember(anna);
      expect(await browser.tokens())
        .to.have.length(1)
        .and.not.include(before ?? '');
    });

    it('replaces a cookie that is malformed', async () => {
      const browser = new StrictBrowser();
      await browser.plant('nonsense');
      await browser.remember(anna);
      expect(await browser.tokens()).to.have.length(1);
      expect(await browser.known()).to.deep.equal([anna]);
    });

    it('drops what was revoked for one person and leaves the others', async () => {
      const [shared, own] = [new StrictBrowser(), new StrictBrowser()];
      for (const person of [anna, bert]) await shared.remember(person);
      await own.remember(anna);
      const [ofBert] = await shared.tokens();
      await store.removeAll(anna);
      expect(await own.isKnown()).to.equal(false);
      expect(await shared.known()).to.deep.equal([bert]);
      await shared.remember(carl);
      expect((await shared.tokens()).slice(1)).to.deep.equal([ofBert]);
      expect(await shared.known()).to.deep.equal([bert, carl]);
    });

    it('knows a browser for 180 days, which a login of somebody else does not prolong', async () => {
      const browser = new StrictBrowser();
      await browser.remember(anna);
      now += 180 * days - 1;
      expect(await browser.isKnown()).to.equal(true);
      expect(await browser.known()).to.deep.equal([anna]);
      await browser.remember(bert);
      expect(await browser.known()).to.deep.equal([anna, bert]);
      now += 1;
      expect(await browser.known()).to.deep.equal([bert]);
      await browser.remember(carl);
      expect(await browser.tokens()).to.have.length(2);
      now += 180 * days;
      expect(await browser.isKnown()).to.equal(false);
    });

    it('tells the store hashes and nothing else of the cookie', async () => {
      const browser = new StrictBrowser();
      const planted = randomToken();
      await browser.plant(planted);
      const tokens = [planted];
      for (const person of [anna, bert, anna]) {
        await browser.remember(person);
        tokens.push(...(await browser.tokens()));
      }
      await browser.known();
      const told = JSON.stringify(store.told);
      for (const token of tokens) {
        expect(told).not.to.include(token);
        expect(told).to.include(hashOf(token));
      }
      expect(store.told.find((value) => typeof value === 'object')).to.deep.equal({
        tokenHash: hashOf(tokens[1] ?? ''),
        person: anna,
        expiresAt: now + 180 * days,
      });
    });

    it('gives the error of a store that fails, and sets no cookie', async () => {
      const browser = new StrictBrowser();
      await browser.remember(anna);
      const before = await browser.tokens();
      store.failure = new Error('no database');
      expect(await browser.isKnown()).to.equal('failed');
      expect(await browser.knows(anna)).to.equal('failed');
      expect(await browser.remember(anna)).to.deep.equal({ body: 'failed', cookies: ['other=1; Path=/'] });
      const fresh = new StrictBrowser();
      expect((await fresh.remember(anna)).body).to.equal('failed');
      expect(await fresh.tokens()).to.deep.equal([]);
      expect(errors).to.deep.equal([store.failure, store.failure, store.failure, store.failure]);
      store.failure = undefined;
      expect(await browser.tokens()).to.deep.equal(before);
      expect(await browser.known()).to.deep.equal([anna]);
    });
  });
}

describe('KnownBrowsers', () => {
  const request = { headers: { cookie: `${cookieName}=${randomToken()}` } } as Request;

  for (const [what, found] of [
    ['null', null],
    ['a record without an end', { tokenHash: 'x', person: anna }],
    ['a record whose end is no time', { tokenHash: 'x', person: anna, expiresAt: Number.NaN }],
  ] as const) {
    it(`does not know a browser for which the store gives ${what}`, async () => {
      const store = { find: async () => found } as unknown as KnownBrowserStore;
      expect(await new KnownBrowsers(store).isKnown(request)).to.equal(false);
      expect(await new KnownBrowsers(store).knows(request, anna)).to.equal(false);
    });
  }

  it('goes by the clock of the machine where it is given none', async () => {
    const until = (expiresAt: number) =>
      new KnownBrowsers({ find: async () => ({ tokenHash: 'x', person: anna, expiresAt }) } as any);
    expect(await until(Date.now() + 60_000).isKnown(request)).to.equal(true);
    expect(await until(Date.now() - 1).isKnown(request)).to.equal(false);
  });
});

describe('MemoryKnownBrowserStore', () => {
  const browser = (tokenHash: string, person: string = anna) => ({ tokenHash, person, expiresAt: 1000 });

  it('keeps browsers as they were when they were added', async () => {
    const store = new MemoryKnownBrowserStore();
    const added = browser('a');
    await store.add(added);
    added.person = bert;
    expect(await store.find('a')).to.deep.equal(browser('a'));
    expect(await store.find('b')).to.equal(undefined);
  });

  it('removes all browsers of one person', async () => {
    const store = new MemoryKnownBrowserStore();
    for (const added of [browser('a'), browser('b', bert), browser('c')]) await store.add(added);
    await store.removeAll(anna);
    await store.removeAll(carl);
    expect(await Promise.all(['a', 'b', 'c'].map((hash) => store.find(hash)))).to.deep.equal([
      undefined,
      browser('b', bert),
      undefined,
    ]);
  });

  it('keeps 10 000, and those that are used', async () => {
    const store = new MemoryKnownBrowserStore();
    const addAll = async (from: number, to: number) => {
      for (let index = from; index < to; index++) await store.add(browser(`${index}`));
    };
    await addAll(0, 10_000);
    expect(await store.find('0')).not.to.equal(undefined);
    await addAll(10_000, 10_001);
    expect(await store.find('0')).not.to.equal(undefined);
    expect(await store.find('1')).to.equal(undefined);
    expect(await store.find('2')).not.to.equal(undefined);
  });
});

describe('checkKnownBrowserStore', () => {
  const store = { add: async () => {}, find: async () => undefined, removeAll: async () => {} };

  it('takes a store, or nothing', () => {
    for (const good of [undefined, store, new MemoryKnownBrowserStore()]) checkKnownBrowserStore(good, 'knownBrowsers');
  });

  it('names the method that is missing', () => {
    for (const method of ['add', 'find', 'removeAll']) {
      for (const wrong of [undefined, 'text']) {
        expect(() => checkKnownBrowserStore({ ...store, [method]: wrong }, 'knownBrowsers'))
          .to.throw(...inputError('knownBrowsers'))
          .with.property('message', `knownBrowsers must have a method ${method}.`);
      }
    }
    for (const wrong of [null, true, 'text', {}, []]) {
      expect(() => checkKnownBrowserStore(wrong, 'knownBrowsers')).to.throw(...inputError('knownBrowsers'));
    }
  });
});
