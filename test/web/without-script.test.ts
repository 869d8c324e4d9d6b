/** The pages in a browser that runs no scripts: by plain forms and links alone. */

import { expect } from 'chai';
import { waits as builtWaits } from '../../dist/attempt/waits.js';
import { wordsOf } from '../../lib/web/resolve-words.js';
import { languages } from '../../lib/web/words.js';
import { answerPush, callbackAfter, usePhone } from '../support/phone.js';
import { useShortWaits } from '../support/short-waits.js';
import { type Page, Visitor } from '../support/visitor.js';
import { usePageSites } from './page-site.js';
import { startLogin, startSigning } from './sites.js';

const refusing = 'PNOEE-30403039917-MOCK-Q';
const timingOut = 'PNOEE-30403039983-MOCK-Q';
const lifetime = 120_000;
const person = { country: 'EE', personalCode: '40504040001' };
const documentNumber = 'PNOEE-40504040001-DEM0-Q';
const { page: words, login, loginFailures, signingFailures, signing: signingWords } = wordsOf.en;
const sendToPhone = words.sendToPhone;
const foreign: Record<string, string>[] = [
  { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
  { 'sec-fetch-site': 'same-site' },
  { 'sec-fetch-site': 'none' },
];

const queryOf = ({ url }: Page) => Object.fromEntries(url.searchParams);
const codeOf = (page: Page) => page.text('verification-code') ?? '';
const idOf = (page: Page) => page.submission(words.continue).fields.id;

/** All that could lead somewhere leads to this site, or to the app. */
function expectOwnAddresses(page: Page): void {
  for (const element of page.elements) {
    for (const name of ['href', 'src', 'action', 'data-next', 'data-return-to', 'content']) {
      const address = element.getAttribute(name);
      if (address === null || element.tagName === 'meta' || element.getAttribute('id') === 'open-app') continue;
      expect(new URL(address, page.url).origin, `${element.tagName} ${name}`).to.equal(page.url.origin);
    }
  }
}

/** Texts that would be markup if they came out as they are. */
const hostile = `"'><script>alert(1)</script><a href=//evil.example onclick=alert(1)>`;
const hostileValues = [
  hostile,
  'javascript:alert(1)',
  'https://evil.example',
  '//evil.example',
  '/\\evil.example',
  '</',
];

/** Nothing on the page is there that is not on every page. */
function expectNothingMore(page: Page, plain: Page): void {
  const tags = (of: Page) => of.elements.map(({ tagName }) => tagName);
  const names = (of: Page) => of.elements.flatMap(({ attributes }) => [...attributes].map(({ name }) => name));
  const plainTags = tags(plain).join(' ');
  for (const tag of new Set(tags(page))) expect(plainTags, page.url.search).to.contain(tag);
  const extra = ['data-id', 'data-return-to', 'data-reference', 'aria-invalid', 'hidden', 'open'];
  const known = new Set([...names(plain), ...extra]);
  const unknown = names(page).filter((name) => !known.has(name));
  expect(unknown, page.url.search).to.deep.equal([]);
  expect(page.html).to.not.contain('<script>').and.not.contain('<a href=//');
  expectOwnAddresses(page);
}

describe('The login page without scripts', () => {
  const sites = usePageSites('/deep/login', { notificationAnswer: 'phone' });
  const { base } = sites;

  async function visit(query = 'returnTo=/orders?page=2', options = {}, more = {}) {
    const site = startLogin(sites, { notification: true, ...options }, more);
    const visitor = new Visitor(site.origin);
    const page = await visitor.open(`${base}/?${query}`);
    return { ...site, visitor, page };
  }
  const isLoggedIn = async (visitor: Visitor) => (await visitor.get('/me')).body?.id !== undefined;
  const led = ({ url }: Page) => url.pathname + url.search;

  it('offers what works without them', async () => {
    const { page } = await visit();
    expect(page.status).to.equal(200);
    expect(page.buttons).to.deep.equal([words.useThisDevice, sendToPhone, login.showQrForPerson]);
    expect(page.message).to.equal(undefined);
    expect(page.elements.some((element) => element.textContent === words.needsScript)).to.equal(true);
    expect(page.text('verification-code')).to.equal(undefined);
    expect(page.link('open-app')).to.equal(undefined);
    expectOwnAddresses(page);
  });

  it('logs in by the app on this device, and leads to what it was opened for', async () => {
    const { visitor, page } = await visit();
    const started = await visitor.press(page, words.useThisDevice);
    expect(started.way.map((address) => new URL(address).pathname)).to.deep.equal([`${base}/start`, `${base}/`]);
    expect(Object.keys(queryOf(started)).sort()).to.deep.equal(['id', 'lang', 'returnTo']);
    expect(started.buttons).to.deep.equal([words.continue]);
    const deviceLink = started.link('open-app')?.href ?? '';
    expect(deviceLink).to.contain('deviceLinkType=Web2App');
    const callback = await callbackAfter(sites.simulator, { deviceLink, flowType: 'Web2App' });
    expect(await isLoggedIn(visitor)).to.equal(false);
    const early = await visitor.press(started, words.continue);
    expect(early.message).to.equal(words.goOnInOtherTab);
    expect(early.link('try-again')?.href).to.equal(`${visitor.origin}${base}/?lang=en&returnTo=%2Forders%3Fpage%3D2`);
    const other = await new Visitor(visitor.origin).open(callback);
    expect(other.message).to.equal(loginFailures.return_without_session);
    expect(led(await visitor.open(callback))).to.equal('/orders?page=2');
    expect(await isLoggedIn(visitor)).to.equal(true);
    expect(led(await visitor.press(started, words.continue)), 'the first tab').to.equal('/orders?page=2');
    expect(led(await visitor.open(started.url)), 'the first tab, loaded again').to.equal('/orders?page=2');
  });

  it('shows the code of a push before it goes out, and logs in once it is confirmed', async () => {
    const { visitor, page } = await visit();
    const held = await visitor.press(page, sendToPhone, person);
    expect(codeOf(held)).to.match(/^\d{4}$/);
    expect(held.text('about-code')).to.equal(words.rememberCode);
    expect(held.buttons).to.deep.equal([sendToPhone]);
    await answerPush(sites.simulator, codeOf(held), { documentNumber }).then(
      () => expect.fail('the push has gone out'),
      (error: Error) => expect(error.message).to.equal('There is no push with this code.'),
    );
    const sent = await visitor.press(held, sendToPhone);
    expect([codeOf(sent), sent.text('about-code')]).to.deep.equal([codeOf(held), words.compareCode]);
    expect(sent.buttons).to.deep.equal([words.continue]);
    expect(sent.message).to.equal(undefined);

    const early = await visitor.press(sent, words.continue);
    expect(early.message).to.equal(words.notYet);
    expect([codeOf(early), idOf(early)]).to.deep.equal([codeOf(sent), idOf(sent)]);
    expect(early.buttons).to.deep.equal([words.continue]);
    expect(early.link('try-again')).to.equal(undefined);
    expect(await isLoggedIn(visitor)).to.equal(false);

    await answerPush(sites.simulator, codeOf(early), { documentNumber });
    expect(led(await visitor.press(early, words.continue))).to.equal('/orders?page=2');
    expect(await isLoggedIn(visitor)).to.equal(true);
    for (const { url, way, html } of [held, sent, early]) {
      expect([url, ...way, html].join(' ')).to.not.contain(person.personalCode);
    }
  });

  it('takes the same push as sent when the button is pressed twice', async () => {
    const { visitor, page } = await visit();
    const held = await visitor.press(page, sendToPhone, person);
    await visitor.press(held, sendToPhone);
    const again = await visitor.press(held, sendToPhone);
    expect([codeOf(again), again.buttons]).to.deep.equal([codeOf(held), [words.continue]]);
    await answerPush(sites.simulator, codeOf(held), { documentNumber });
    await answerPush(sites.simulator, codeOf(held), { documentNumber }).then(
      () => expect.fail('there are two pushes'),
      () => {},
    );
  });

  it('leads twice to the same place when it is finished twice, and nowhere without the attempt', async () => {
    const { visitor, page } = await visit();
    const sent = await visitor.press(await visitor.press(page, sendToPhone, person), sendToPhone);
    await answerPush(sites.simulator, codeOf(sent), { documentNumber });
    for (let count = 0; count < 3; count++) {
      expect(led(await visitor.press(sent, words.continue))).to.equal('/orders?page=2');
    }
    const { action, fields } = sent.submission(words.continue);
    const stranger = await new Visitor(visitor.origin).send(action, fields);
    expect([stranger.message, stranger.url.pathname]).to.deep.equal([loginFailures.no_attempt, `${base}/`]);
  });

  for (const personalCode of ['49001019998', '4900101999', 'PNOLT-49001019999', '<b>49001019999', '']) {
    it(`says that ${JSON.stringify(personalCode)} cannot be a personal code, and never repeats it`, async () => {
      const { visitor, page, errors } = await visit('returnTo=/orders&lang=et&reference=x');
      const et = wordsOf.et;
      for (const button of [et.page.sendToPhone, et.login.showQrForPerson]) {
        const answer = await visitor.press(page, button, { personalCode });
        expect(answer.status).to.equal(200);
        expect(answer.text('choice-error')).to.equal(et.login.wrongPersonalCode);
        expect(answer.find('personal-code')?.getAttribute('aria-invalid')).to.equal('true');
        expect(answer.find('alternative')?.hasAttribute('open')).to.equal(true);
        expect([answer.message, answer.link('try-again')]).to.deep.equal([undefined, undefined]);
        expect(queryOf(answer)).to.deep.equal({
          problem: 'personalCode',
          lang: 'et',
          reference: 'x',
          returnTo: '/orders',
        });
        if (personalCode) expect([answer.html, ...answer.way].join(' ')).to.not.contain(personalCode);
        const corrected = await visitor.press(answer, et.page.sendToPhone, person);
        expect(codeOf(corrected)).to.match(/^\d{4}$/);
      }
      expect(errors).to.deep.equal([]);
    });
  }

  for (const [language, country] of [
    ['et', 'EE'],
    ['lv', 'LV'],
    ['lt', 'LT'],
    ['ru', 'EE'],
  ] as const) {
    it(`stays in the language that was chosen, with the country of it: ${language}`, async () => {
      const { visitor, page } = await visit();
      const address = page.elements
        .find((element) => element.getAttribute('hreflang') === language)
        ?.getAttribute('href');
      const chosen = await visitor.open(new URL(address ?? '', page.url));
      expect(queryOf(chosen)).to.deep.equal({ lang: language, returnTo: '/orders?page=2' });
      expect(chosen.submission(wordsOf[language].page.sendToPhone).fields.country).to.equal(country);
      const started = await visitor.press(chosen, wordsOf[language].page.useThisDevice);
      expect(started.buttons).to.deep.equal([wordsOf[language].page.continue]);
      const lang = { et: 'est', lv: 'lav', lt: 'lit', ru: 'rus' }[language];
      expect(started.link('open-app')?.searchParams.get('lang')).to.equal(lang);
      const early = await visitor.press(started, wordsOf[language].page.continue);
      expect(early.message).to.equal(wordsOf[language].page.notYet);
    });
  }

  describe('says what went wrong, and tries again for the same', () => {
    useShortWaits(builtWaits);

    const query = 'returnTo=/orders&lang=lt';
    const lt = wordsOf.lt;

    async function expectTryAgain(visitor: Visitor, page: Page, message: string): Promise<void> {
      expect(page.message).to.equal(message);
      expect(page.buttons).to.include(lt.page.useThisDevice).and.not.include(lt.page.continue);
      expect(page.link('open-app')).to.equal(undefined);
      expect(page.text('verification-code')).to.equal(undefined);
      const again = page.link('try-again');
      expect(again?.href).to.equal(`${visitor.origin}${base}/?lang=lt&returnTo=%2Forders`);
      const fresh = await visitor.open(again ?? '');
      expect(fresh.message).to.equal(undefined);
      const started = await visitor.press(fresh, lt.page.useThisDevice);
      expect(queryOf(started)).to.include({ lang: 'lt', returnTo: '/orders' });
      expect(started.link('open-app')).to.not.equal(undefined);
    }

    it('where the person refused a push', async () => {
      const { visitor, page, errors } = await visit(query);
      const held = await visitor.press(page, lt.page.sendToPhone, person);
      const sent = await visitor.press(held, lt.page.sendToPhone);
      await answerPush(sites.simulator, codeOf(sent), { documentNumber, confirmed: false });
      await expectTryAgain(visitor, await visitor.press(sent, lt.page.continue), lt.loginFailures.not_completed);
      expect(errors).to.deep.equal([]);
    });

    it('where the page of an attempt that has failed is loaded again', async () => {
      const { visitor, page } = await visit(query);
      const started = await visitor.press(page, lt.page.useThisDevice);
      const deviceLink = started.link('open-app')?.href ?? '';
      await usePhone(sites.simulator, { deviceLink, flowType: 'Web2App', documentNumber: timingOut });
      await visitor.settled(queryOf(started).id ?? '', `${base}/status`);
      await expectTryAgain(visitor, await visitor.open(started.url), lt.loginFailures.not_completed);
    });

    for (const [what, account] of [
      ['refused', refusing],
      ['did nothing in time', timingOut],
    ] as const) {
      it(`where the person ${what} in the app on this device`, async () => {
        const { visitor, page } = await visit(query);
        const started = await visitor.press(page, lt.page.useThisDevice);
        const deviceLink = started.link('open-app')?.href ?? '';
        await usePhone(sites.simulator, { deviceLink, flowType: 'Web2App', documentNumber: account });
        const failed = await visitor.press(started, lt.page.continue);
        await expectTryAgain(visitor, failed, lt.loginFailures.not_completed);
      });
    }

    it('where the attempt has expired', async () => {
      let shift = 0;
      const { visitor, page } = await visit(query, {}, { strategy: { clock: () => Date.now() + shift } });
      const held = await visitor.press(page, lt.page.sendToPhone, person);
      const sent = await visitor.press(held, lt.page.sendToPhone);
      shift = lifetime;
      for (const expired of [await visitor.press(held, lt.page.sendToPhone), await visitor.open(sent.url)]) {
        expect(expired.message).to.equal(lt.loginFailures.not_completed);
        expect(expired.buttons).to.not.include(lt.page.continue);
      }
      await expectTryAgain(visitor, await visitor.press(sent, lt.page.continue), lt.loginFailures.not_completed);
    });

    it('where the site turned the person away', async () => {
      const { visitor, page } = await visit(query, {}, { verify: async () => false });
      const held = await visitor.press(page, lt.page.sendToPhone, person);
      const sent = await visitor.press(held, lt.page.sendToPhone);
      await answerPush(sites.simulator, codeOf(sent), { documentNumber });
      await expectTryAgain(visitor, await visitor.press(sent, lt.page.continue), lt.loginFailures.not_accepted);
    });

    it('where there is no such attempt', async () => {
      const { visitor } = await visit(query);
      await expectTryAgain(visitor, await visitor.open(`${base}/?${query}&id=unknown`), lt.loginFailures.no_attempt);
    });

    it('where there were too many starts', async () => {
      const { visitor, page, errors } = await visit(query);
      for (let count = 0; count < 30; count++) await visitor.press(page, lt.page.useThisDevice);
      const refused = await visitor.press(page, lt.page.useThisDevice);
      expect(refused.message).to.equal(lt.loginFailures.too_many_starts);
      expect(refused.link('try-again')?.href).to.equal(`${visitor.origin}${base}/?lang=lt&returnTo=%2Forders`);
      expect(errors).to.deep.equal([]);
    });
  });

  it('returns from the app to the page that says what went wrong, in the language that was chosen', async () => {
    const { visitor, page } = await visit('returnTo=/orders&lang=lt');
    const started = await visitor.press(page, wordsOf.lt.page.useThisDevice);
    const deviceLink = started.link('open-app')?.href ?? '';
    const use = { deviceLink, flowType: 'Web2App', documentNumber: refusing } as const;
    const failed = await visitor.open(await callbackAfter(sites.simulator, use));
    expect(failed.message).to.equal(wordsOf.lt.loginFailures.refused);
    expect(queryOf(failed)).to.deep.equal({ failed: 'refused', returnTo: '/orders' });
    expect(await isLoggedIn(visitor)).to.equal(false);
  });

  for (const headers of foreign) {
    it(`takes no form from elsewhere: ${JSON.stringify(headers)}`, async () => {
      const { visitor, page } = await visit();
      const held = await visitor.press(page, sendToPhone, person);
      const sent = await visitor.press(await visitor.press(page, sendToPhone, person), sendToPhone);
      await answerPush(sites.simulator, codeOf(sent), { documentNumber });
      for (const { action, fields } of [
        page.submission(words.useThisDevice),
        page.submission(sendToPhone),
        held.submission(sendToPhone),
        sent.submission(words.continue),
      ]) {
        const refused = await visitor.send(action, { ...fields, ...person }, headers);
        expect([refused.status, refused.message]).to.deep.equal([403, wordsOf.en.loginFailures.not_from_page]);
      }
      expect(await isLoggedIn(visitor)).to.equal(false);
      expect((await visitor.get(`${base}/status?id=${queryOf(held).id}`)).body.isHeld).to.equal(true);
    });
  }

  it('puts nothing on the page that its address says, but as a text', async () => {
    const { visitor, page } = await visit('');
    const names = ['id', 'returnTo', 'lang', 'notice', 'problem', 'failed', 'reference', 'country', 'personalCode'];
    for (const value of [...hostileValues, 'toString', '__proto__', 'constructor']) {
      for (const name of names) {
        expectNothingMore(await visitor.open(`${base}/?${new URLSearchParams({ [name]: value })}`), page);
        expectNothingMore(await visitor.open(`${base}/?${name}=a&${new URLSearchParams({ [name]: value })}`), page);
        expectNothingMore(await visitor.open(`${base}/?${new URLSearchParams({ [`${name}[a]`]: value })}`), page);
      }
      const all = new URLSearchParams(names.map((name) => [name, value]));
      expectNothingMore(await visitor.open(`${base}/?${all}`), page);
    }
  });

  it('leads nowhere else, whatever a form says, and repeats nothing of it but as a text', async () => {
    const { visitor, page, errors } = await visit('');
    const { fields } = page.submission(words.useThisDevice);
    for (const value of hostileValues) {
      for (const path of value === hostile ? ['start', 'push', 'finish'] : ['push', 'finish']) {
        for (const name of ['id', 'returnTo', 'lang', 'notice', 'problem', 'failed', 'reference']) {
          const answer = await visitor.send(`${base}/${path}`, { ...fields, id: 'x', [name]: value });
          expect(answer.url.origin).to.equal(visitor.origin);
          expect(answer.status).to.equal(name === 'returnTo' && path === 'start' ? 400 : 200);
          expectNothingMore(answer, page);
          expect(answer.url.href).to.not.match(/[<>"']/);
          // Each start would count.
          if (path === 'start') visitor.jar.removeAllCookiesSync();
        }
      }
    }
    expect(errors).to.deep.equal([]);
  });

  it('knows one notice, and one problem', async () => {
    const { visitor } = await visit();
    expect((await visitor.open(`${base}/?notice=scanFirst`)).message).to.equal(login.scanFirst);
    for (const query of ['notice=wrongPersonalCode', 'notice=toString', 'notice=nothingToSign', 'problem=country']) {
      const page = await visitor.open(`${base}/?${query}`);
      expect([page.message, page.text('choice-error')], query).to.deep.equal([undefined, '']);
    }
  });

  it("has the service's failure go to the site's error handler", async () => {
    const { visitor, page, errors } = await visit();
    sites.simulator.faults.add({ on: 'create', times: 1, status: 500 });
    const answer = await visitor.press(page, words.useThisDevice);
    expect([answer.status, answer.html]).to.deep.equal([500, "The site's own words."]);
    expect(errors).to.have.length(1);
  });

  for (const language of languages) {
    it(`is well-formed in each state: ${language}`, async () => {
      const { visitor, page } = await visit(`lang=${language}&returnTo=/a?b=%22%26c`);
      const own = wordsOf[language].page;
      const held = await visitor.press(page, own.sendToPhone, person);
      const linked = await visitor.press(page, own.useThisDevice);
      const failed = await visitor.open(`${base}/?lang=${language}&failed=wrong_vc`);
      for (const each of [page, held, linked, failed]) {
        expect(each.find('smart-id')?.getAttribute('lang')).to.equal(language);
        expect(each.elements.filter(({ tagName }) => tagName === 'h1')).to.have.length(1);
        const ids = each.elements.flatMap((element) => element.getAttribute('id') || []);
        expect(new Set(ids).size).to.equal(ids.length);
        expectOwnAddresses(each);
      }
    });
  }
});

describe('The signing page without scripts', () => {
  const sites = usePageSites('/deep/sign', { notificationAnswer: 'phone', linkedSignatureWaitMs: 3_000 });
  const { base } = sites;
  const query = 'returnTo=/contracts&reference=contract+7&lang=lv';
  const own = wordsOf.lv;
  const again = `${base}/?lang=lv&returnTo=%2Fcontracts&reference=contract+7`;

  async function visit(options = {}, more = {}) {
    const site = startSigning(sites, { notification: true, ...options }, more);
    const visitor = new Visitor(site.origin);
    return { ...site, visitor, page: await visitor.open(`${base}/?${query}`) };
  }
  const started = (visitor: Visitor, page: Page) => visitor.press(page, own.page.useThisDevice);
  const push = (visitor: Visitor, page: Page) => visitor.press(page, own.page.sendToPhone);
  const pathAfter = (page: Page) => page.url.pathname;

  it('signs by the app on this device', async () => {
    const { visitor, page, signatures } = await visit();
    const running = await started(visitor, page);
    const deviceLink = running.link('open-app')?.href ?? '';
    const callback = await callbackAfter(sites.simulator, { deviceLink, flowType: 'Web2App' });
    expect((await visitor.press(running, own.page.continue)).message).to.equal(own.page.goOnInOtherTab);
    expect(signatures).to.have.length(0);
    expect(pathAfter(await visitor.open(callback))).to.equal('/contracts');
    expect(signatures.map(({ reference }) => reference)).to.deep.equal(['contract 7']);
    expect(pathAfter(await visitor.press(running, own.page.continue)), 'the first tab').to.equal('/contracts');
    expect(pathAfter(await visitor.open(running.url)), 'the first tab, loaded again').to.equal('/contracts');
    expect(signatures).to.have.length(1);
  });

  it('signs by push, once it is confirmed, and once however often it is finished', async () => {
    const { visitor, page, signatures } = await visit();
    expect(page.buttons).to.deep.equal([own.page.useThisDevice, own.page.sendToPhone]);
    const sent = await push(visitor, page);
    expect(codeOf(sent)).to.match(/^\d{4}$/);
    expect(sent.text('about-code')).to.equal(own.page.compareCode);
    expect(sent.buttons).to.deep.equal([own.page.continue]);
    const early = await visitor.press(sent, own.page.continue);
    expect([early.message, codeOf(early)]).to.deep.equal([own.page.notYet, codeOf(sent)]);
    await answerPush(sites.simulator, codeOf(sent));
    for (let count = 0; count < 3; count++) {
      expect(pathAfter(await visitor.press(early, own.page.continue))).to.equal('/contracts');
    }
    expect(signatures).to.have.length(1);
    const stranger = new Visitor(visitor.origin);
    const { action, fields } = early.submission(own.page.continue);
    expect((await stranger.send(action, fields)).message).to.equal(own.signingFailures.no_attempt);
  });

  it('signs with the certificate that the person chooses', async () => {
    const { visitor, page, signatures } = await visit({ start: () => ({}) });
    const running = await started(visitor, page);
    const deviceLink = running.link('open-app')?.href ?? '';
    const using = callbackAfter(sites.simulator, { deviceLink, flowType: 'Web2App' });
    // The linked signature waits for the phone.
    await visitor.settled(queryOf(running).id ?? '', `${base}/status`, 1_500).catch(() => {});
    const waiting = await visitor.open(running.url);
    expect(waiting.link('open-app')).to.equal(undefined);
    expect(waiting.buttons).to.deep.equal([own.page.continue]);
    expect(pathAfter(await visitor.open(await using))).to.equal('/contracts');
    expect(signatures).to.have.length(1);
  });

  for (const [what, end] of [
    [
      'refused a push',
      async (visitor: Visitor, page: Page) => {
        const sent = await push(visitor, page);
        await answerPush(sites.simulator, codeOf(sent), { confirmed: false });
        return visitor.press(sent, own.page.continue);
      },
    ],
    [
      'refused in the app on this device',
      async (visitor: Visitor, page: Page) => {
        const running = await started(visitor, page);
        const deviceLink = running.link('open-app')?.href ?? '';
        await usePhone(sites.simulator, { deviceLink, flowType: 'Web2App', documentNumber: refusing });
        return visitor.press(running, own.page.continue);
      },
    ],
    [
      'did nothing in time',
      async (visitor: Visitor, page: Page) => {
        const running = await started(visitor, page);
        const deviceLink = running.link('open-app')?.href ?? '';
        await usePhone(sites.simulator, { deviceLink, flowType: 'Web2App', documentNumber: timingOut });
        return visitor.press(running, own.page.continue);
      },
    ],
  ] as const) {
    it(`says that nothing was signed where the person ${what}, and tries again for the same`, async () => {
      const { visitor, page, signatures, errors } = await visit(what === 'refused a push' ? {} : { start: () => ({}) });
      const failed = await end(visitor, page);
      expect(failed.message).to.equal(own.signingFailures.not_completed);
      expect(failed.link('try-again')?.href).to.equal(visitor.origin + again);
      const fresh = await visitor.open(failed.link('try-again') ?? '');
      expect(queryOf(await started(visitor, fresh))).to.include({
        lang: 'lv',
        reference: 'contract 7',
        returnTo: '/contracts',
      });
      expect([signatures, errors]).to.deep.equal([[], []]);
    });
  }

  it('says that the site turns the signer away', async () => {
    const { visitor, page } = await visit({}, { prepare: () => undefined });
    const refused = await started(visitor, page);
    expect(refused.message).to.equal(own.signingFailures.not_accepted);
    expect(refused.link('try-again')?.href).to.equal(visitor.origin + again);
  });

  it('says that there is nothing to sign', async () => {
    const { visitor, page, errors } = await visit({ notification: false, start: () => undefined });
    const refused = await started(visitor, page);
    expect(refused.status).to.equal(200);
    expect(refused.message).to.equal(own.signing.nothingToSign);
    expect(refused.link('try-again')?.href).to.equal(visitor.origin + again);
    expect(errors).to.deep.equal([]);
  });

  it('says that there were too many starts', async () => {
    const { visitor, page, errors } = await visit();
    for (let count = 0; count < 30; count++) await started(visitor, page);
    const refused = await started(visitor, page);
    expect(refused.message).to.equal(own.signingFailures.too_many_starts);
    expect(refused.link('try-again')?.href).to.equal(visitor.origin + again);
    expect(errors).to.deep.equal([]);
  });

  for (const headers of foreign) {
    it(`takes no form from elsewhere: ${JSON.stringify(headers)}`, async () => {
      const { visitor, page, signatures } = await visit();
      const sent = await push(visitor, page);
      await answerPush(sites.simulator, codeOf(sent));
      for (const { action, fields } of [
        page.submission(own.page.useThisDevice),
        page.submission(own.page.sendToPhone),
        sent.submission(own.page.continue),
      ]) {
        const refused = await visitor.send(action, fields, headers);
        expect([refused.status, refused.message]).to.deep.equal([403, own.signingFailures.not_from_page]);
      }
      expect(signatures).to.deep.equal([]);
    });
  }

  it('puts nothing on the page that its address or a form says, but as a text', async () => {
    const { visitor } = await visit({ start: () => ({}) });
    const plain = await visitor.open(`${base}/?lang=en`);
    const { fields } = plain.submission(words.useThisDevice);
    const names = ['id', 'returnTo', 'lang', 'notice', 'problem', 'failed', 'reference'];
    for (const value of [...hostileValues, 'toString', '__proto__']) {
      for (const name of names) {
        expectNothingMore(await visitor.open(`${base}/?${new URLSearchParams({ [name]: value })}`), plain);
        for (const path of value === hostile ? ['start', 'finish'] : ['finish']) {
          const answer = await visitor.send(`${base}/${path}`, { ...fields, id: 'x', [name]: value });
          expect(answer.status).to.equal(200);
          expectNothingMore(answer, plain);
          // Each start would count.
          if (path === 'start') visitor.jar.removeAllCookiesSync();
        }
      }
    }
    expect((await visitor.open(`${base}/?notice=scanFirst`)).message).to.equal(undefined);
    expect((await visitor.open(`${base}/?notice=nothingToSign`)).message).to.equal(signingWords.nothingToSign);
    expect((await visitor.open(`${base}/?failed=wrong_vc`)).message).to.equal(signingFailures.wrong_vc);
  });
});
