/** What the signing page shows before something is signed and gives afterwards, to whom, and how safely. */

import { expect } from 'chai';
import { parse } from 'content-disposition';
import type { PageDocument, SmartIdSigningRouterOptions } from 'passport-smart-id/web';
import { wordsOf } from '../../lib/web/resolve-words.js';
import { callbackAfter, okDocument, pathOf, usePhone } from '../support/phone.js';
import { Browser } from '../support/site.js';
import { usePageSites } from './page-site.js';
import { type SigningMore, startSigning } from './sites.js';

const base = '/deep/sign';
const pdf: PageDocument = { name: 'contract.pdf', contentType: 'application/pdf', content: Buffer.from('%PDF-1.7') };
const text: PageDocument = { name: 'Lõige “1”.txt', contentType: 'text/plain', content: new Uint8Array([0xc3, 0xb5]) };
const signer = { documentNumber: okDocument };

describe('What the signing page shows and gives', () => {
  const sites = usePageSites(base);
  const open = (options: Partial<SmartIdSigningRouterOptions>, more?: SigningMore) =>
    startSigning(sites, options, more);
  const pageOf = async (browser: Browser, query = '?reference=contract+7') =>
    String((await browser.get(`${base}/${query}`)).body);
  const fetchBy = async (browser: Browser, path: string, init: RequestInit = {}) =>
    fetch(`${browser.origin}${base}/${path}`, {
      redirect: 'manual',
      ...init,
      headers: { cookie: await browser.cookies() },
    });

  async function confirmed(browser: Browser, body: object = {}): Promise<string> {
    const { body: view } = await sites.begin(browser, body);
    await usePhone(sites.simulator, { deviceLink: view.qrLink, flowType: 'QR' });
    expect((await browser.settled(view.id, `${base}/status`)).state).to.equal('ready');
    return view.id;
  }

  /** Signs, and gives the id. */
  async function signed(browser: Browser, body: object = {}): Promise<string> {
    const id = await confirmed(browser, body);
    expect((await sites.submit(browser, id)).headers.get('location')).to.equal(`./signed?id=${id}`);
    return id;
  }

  describe('before', () => {
    it('names each document, and opens it in a tab of its own', async () => {
      const { browser, errors } = open({ documentsToSign: () => [pdf, text] });
      const html = await pageOf(browser);
      expect(html).to.contain('<p id="what-you-sign">What you sign:</p>');
      for (const link of [
        '<a href="document?reference=contract+7&#38;n=0" target="_blank" rel="noopener">contract.pdf</a>',
        '<a href="document?reference=contract+7&#38;n=1" target="_blank" rel="noopener">Lõige “1”.txt</a>',
      ]) {
        expect(html).to.contain(link);
      }
      const shown = await fetchBy(browser, 'document?reference=contract+7&n=0');
      expect([shown.status, await shown.text()]).to.deep.equal([200, '%PDF-1.7']);
      const other = await fetchBy(browser, 'document?reference=contract+7&n=1');
      expect(await other.text()).to.equal('õ');
      expect(errors).to.deep.equal([]);
    });

    it('says so in each language', async () => {
      const { browser } = open({ documentsToSign: () => pdf });
      for (const [language, { signing }] of Object.entries(wordsOf)) {
        expect(await pageOf(browser, `?lang=${language}`)).to.contain(
          `<p id="what-you-sign">${signing.whatYouSign}</p>`,
        );
      }
    });

    it('still names them while an attempt goes on that was begun without script, and after a failure', async () => {
      const { browser } = open({ documentsToSign: () => pdf });
      const { body } = await sites.begin(browser, { reference: 'contract 7' });
      for (const query of [`?id=${body.id}&reference=contract+7`, '?failed=expired&reference=contract+7']) {
        expect(await pageOf(browser, query)).to.contain('document?reference=contract+7&#38;n=0');
      }
    });

    it("asks with the request and the page's reference, and only where the site lets the visitor sign", async () => {
      const asked: unknown[][] = [];
      const note = (what: string, answer: unknown) => (req: { sessionID: string }, reference?: string) => {
        asked.push([what, typeof req.sessionID, reference]);
        return answer as never;
      };
      const mayNot = open({ start: note('start', undefined), documentsToSign: note('documents', pdf) });
      expect(await pageOf(mayNot.browser)).to.not.contain('what-you-sign');
      expect((await fetchBy(mayNot.browser, 'document?reference=contract+7&n=0')).status).to.equal(404);
      expect(asked.splice(0)).to.deep.equal(new Array(2).fill(['start', 'string', 'contract 7']));
      const may = open({ start: note('start', {}), documentsToSign: note('documents', pdf) });
      expect(await pageOf(may.browser, '')).to.contain('href="document?n=0"');
      expect((await fetchBy(may.browser, 'document?n=0')).status).to.equal(200);
      const both = ['start', 'documents'].map((what) => [what, 'string', undefined]);
      expect(asked).to.deep.equal([...both, ...both]);
    });

    for (const documents of [undefined, null, []] as never[]) {
      it(`shows nothing where the site has ${JSON.stringify(documents)} to show`, async () => {
        const { browser, errors } = open({ documentsToSign: async () => documents });
        expect(await pageOf(browser)).to.not.contain('what-you-sign');
        expect((await fetchBy(browser, 'document?n=0')).status).to.equal(404);
        expect(errors).to.deep.equal([]);
      });
    }

    it('has no other document, no other method, and no such address where the site shows none', async () => {
      const { browser, errors } = open({ documentsToSign: () => [pdf, text] });
      for (const query of ['', '?n=', '?n=2', '?n=-1', '?n=0.5', '?n=1e0', '?n=00000', '?n=length', '?n=0&n=0']) {
        expect([query, (await fetchBy(browser, `document${query}`)).status]).to.deep.equal([query, 404]);
      }
      for (const method of ['POST', 'PUT', 'DELETE']) {
        expect((await fetchBy(browser, 'document?n=0', { method })).status, method).to.equal(404);
      }
      for (const path of ['document?n=0', 'signed?id=x', 'signed-document?id=x']) {
        expect((await fetchBy(open({}).browser, path)).status, path).to.equal(404);
      }
      expect(errors).to.deep.equal([]);
    });

    it('leaves to the error handler of the site what goes wrong there', async () => {
      const { browser, errors } = open({
        documentsToSign: async () => {
          throw new Error('The database is down.');
        },
      });
      expect(await pageOf(browser)).to.equal("The site's own words.");
      expect((await fetchBy(browser, 'document?n=0')).status).to.equal(500);
      expect(errors.map(({ message }) => message)).to.deep.equal(new Array(2).fill('The database is down.'));
    });
  });

  describe('serves a document', () => {
    async function served(document: Partial<PageDocument>, init?: RequestInit): Promise<Response> {
      const { browser, errors } = open({ documentsToSign: () => ({ ...pdf, ...document }) });
      const response = await fetchBy(browser, 'document?n=0', init);
      expect(errors.map(({ message }) => message)).to.deep.equal([]);
      return response;
    }

    for (const [contentType, header, isShown] of [
      ['application/pdf', 'application/pdf', true],
      ['Application/PDF', 'Application/PDF', true],
      ['text/plain', 'text/plain; charset=utf-8', true],
      ['text/plain; charset=iso-8859-13', 'text/plain; charset=iso-8859-13', true],
      ['image/png', 'image/png', true],
      ['image/jpeg', 'image/jpeg', true],
      ['image/svg+xml', 'image/svg+xml', false],
      ['text/html', 'text/html', false],
      ['text/html; charset=utf-8', 'text/html; charset=utf-8', false],
      ['text/xml', 'text/xml', false],
      ['application/xhtml+xml', 'application/xhtml+xml', false],
      ['text/javascript', 'text/javascript', false],
      ['application/vnd.etsi.asic-e+zip', 'application/vnd.etsi.asic-e+zip', false],
      ['application/octet-stream', 'application/octet-stream', false],
    ] as const) {
      it(`of the type ${contentType}, ${isShown ? 'shown' : 'as a download'}, to this visitor alone`, async () => {
        const { headers } = await served({ contentType });
        expect(headers.get('content-type')).to.equal(header);
        const isPdf = contentType.toLowerCase() === 'application/pdf';
        expect(parse(headers.get('content-disposition') ?? '')).to.deep.equal({
          type: isShown ? 'inline' : 'attachment',
          parameters: Object.assign(Object.create(null), { filename: 'contract.pdf' }),
        });
        // WebKit shows no PDF that is sandboxed.
        expect(headers.get('content-security-policy')).to.equal(
          isPdf
            ? "frame-ancestors 'none'"
            : "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
        );
        expect(headers.get('x-content-type-options')).to.equal('nosniff');
        expect(headers.get('cache-control')).to.equal('private, no-store');
        expect(headers.get('cross-origin-resource-policy')).to.equal('same-origin');
      });
    }

    it('with its own policy also where the site has a template and a policy of its own', async () => {
      const { browser } = open(
        {
          documentsToSign: () => ({ ...pdf, contentType: 'text/plain' }),
          template: ({ body }) => body,
        },
        {
          before: (app) =>
            app.use((_req, res, next) => {
              res.setHeader('content-security-policy', "script-src 'unsafe-inline'");
              next();
            }),
        },
      );
      expect((await fetchBy(browser, '')).headers.get('content-security-policy')).to.equal(
        "script-src 'unsafe-inline'",
      );
      const shown = await fetchBy(browser, 'document?n=0');
      expect(shown.headers.get('content-security-policy')).to.match(/sandbox$/);
    });

    it('to HEAD as to GET, without its bytes', async () => {
      const response = await served({}, { method: 'HEAD' });
      expect([response.status, response.headers.get('content-length')]).to.deep.equal([200, '8']);
      expect(response.headers.get('content-disposition')).to.contain('contract.pdf');
      expect(await response.text()).to.equal('');
    });

    it('byte for byte, whatever is in it and however large it is', async () => {
      const content = Buffer.alloc(3_000_000, Buffer.from([0, 255, 13, 10, 128, 7]));
      const response = await served({ content });
      expect(response.headers.get('content-length')).to.equal('3000000');
      expect(Buffer.from(await response.arrayBuffer()).equals(content)).to.equal(true);
    });

    for (const name of [
      'a"b.pdf',
      'a<script>alert(1)</script>.pdf'.replaceAll('/', ''),
      "it's 100 % & more; filename=x.pdf",
      'Договор №7.pdf',
      'Žālioji ķīļa ģērbtuve.pdf',
      '契約 😀.pdf',
    ]) {
      it(`called ${name}, which is text in the page and a name in the header`, async () => {
        const { browser } = open({ documentsToSign: () => ({ ...pdf, name }) });
        const html = await pageOf(browser);
        const escaped = name.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
        expect(html).to.contain(`rel="noopener">${escaped}</a>`).and.not.contain('<script>');
        const { headers } = await fetchBy(browser, 'document?n=0');
        const header = headers.get('content-disposition') ?? '';
        expect(parse(header).parameters.filename).to.equal(name);
        // RFC 6266: what is not ASCII is in filename* alone.
        expect(header).to.match(/^inline; filename=[\x20-\x7e]+$/);
      });
    }
  });

  for (const [what, document] of [
    ['a name that ends the header', { name: 'a\r\nset-cookie: b=c' }],
    ['a name that turns the direction of writing', { name: 'a\u202efdp.exe' }],
    ['half a character', { name: 'a\ud800' }],
    ['a folder', { name: '../contract.pdf' }],
    ['an empty name', { name: '' }],
    ['no name', { name: undefined }],
    ['no type', { contentType: undefined }],
    ['a type that is none', { contentType: 'pdf' }],
    ['a type that ends the header', { contentType: 'text/plain\r\nset-cookie: b=c' }],
    ['a type with a line break at its end', { contentType: 'text/plain\n' }],
    ['two types', { contentType: 'application/pdf, text/html' }],
    ['a text in place of bytes', { content: '%PDF' }],
  ] as [string, object][]) {
    it(`refuses ${what}, and tells the site`, async () => {
      const bad = { ...pdf, ...document } as PageDocument;
      const before = open({ documentsToSign: () => [pdf, bad] });
      expect(await pageOf(before.browser)).to.equal("The site's own words.");
      expect((await fetchBy(before.browser, 'document?n=1')).status).to.equal(500);
      for (const { message } of before.errors) expect(message).to.match(/^documentsToSign must have /);
      const after = open({ signedDocument: () => bad });
      const id = await signed(after.browser);
      for (const path of ['signed', 'signed-document']) {
        expect((await fetchBy(after.browser, `${path}?id=${id}`)).status).to.equal(500);
      }
      expect(after.errors).to.have.length(2);
      for (const { message } of after.errors) expect(message).to.match(/^signedDocument must have /);
    });
  }

  describe('after', () => {
    const given = { signedDocument: (_req: unknown, id: string) => ({ ...pdf, content: Buffer.from(`signed ${id}`) }) };

    it('gives what was signed as a download, and leads on where the person came from', async () => {
      const { browser, signatures, errors } = open(given);
      const id = await signed(browser, { returnTo: '/contracts?a=1&b="' });
      expect(signatures.map((signature) => signature.id)).to.deep.equal([id]);
      const page = await fetchBy(browser, `signed?id=${id}`);
      expect(page.headers.get('cache-control')).to.equal('no-store');
      const html = await page.text();
      expect(html).to.contain('<h1>Signed</h1>').and.not.contain('<script');
      expect(html).to.contain(`href="signed-document?id=${id}">Download contract.pdf</a>`);
      expect(html).to.contain('href="/contracts?a=1&#38;b=&#34;">Continue</a>');
      const file = await fetchBy(browser, `signed-document?id=${id}`);
      expect(file.headers.get('content-disposition')).to.equal('attachment; filename=contract.pdf');
      expect(file.headers.get('content-security-policy')).to.match(/sandbox$/);
      expect(await file.text()).to.equal(`signed ${id}`);
      const head = await fetchBy(browser, `signed-document?id=${id}`, { method: 'HEAD' });
      expect([head.status, head.headers.get('content-length')]).to.deep.equal([200, String(`signed ${id}`.length)]);
      expect(errors).to.deep.equal([]);
    });

    it('in the language of the visitor, and offers the others', async () => {
      const { browser } = open(given);
      const id = await signed(browser);
      for (const [language, { signing, page }] of Object.entries(wordsOf)) {
        const html = await (await fetchBy(browser, `signed?id=${id}&lang=${language}`)).text();
        expect(html).to.contain(`<h1>${signing.signed}</h1>`).and.contain(`>${page.continue}</a>`);
        expect(html).to.contain(`>${signing.download.replace('{name}', 'contract.pdf')}</a>`);
        expect(html).to.contain(`href="signed?id=${id}&#38;lang=et"`);
      }
    });

    it('leads to successRedirect, or to the root of the site, where the page was opened for no place', async () => {
      for (const [successRedirect, href] of [
        ['/home', '/home'],
        ['https://elsewhere.example/a', 'https://elsewhere.example/a'],
        [undefined, '/'],
      ]) {
        const { browser } = open({ ...given, successRedirect });
        const id = await signed(browser, { returnTo: 'https://evil.example/' });
        const html = await (await fetchBy(browser, `signed?id=${id}`)).text();
        expect(html).to.contain(`href="${href}">Continue</a>`).and.not.contain('evil');
      }
    });

    it('in the tab that the app opened, and again when that return is opened again', async () => {
      for (const end of ['callback', 'callback/']) {
        let calls = 0;
        const site = open({ ...given, signed: () => void calls++ });
        const { body } = await sites.begin(site.browser, { returnTo: '/contracts' });
        const use = { deviceLink: body.web2AppLink, flowType: 'Web2App' } as const;
        const callback = pathOf(await callbackAfter(sites.simulator, use)).replace('callback', end);
        for (const status of [302, 303]) {
          const response = await fetchBy(site.browser, callback.slice(base.length + 1));
          expect(response.status).to.equal(status);
          const address = new URL(response.headers.get('location') ?? '', `${site.origin}${callback}`);
          expect(address.href).to.equal(`${site.origin}${base}/signed?id=${body.id}`);
        }
        expect(calls).to.equal(1);
      }
    });

    it('in a tab that was asleep, with its script and without', async () => {
      const { browser } = open(given);
      const id = await signed(browser);
      const { body } = await browser.get(`${base}/status?id=${id}`);
      expect(body).to.deep.equal({ id, state: 'done', next: `signed?id=${id}` });
      const again = await sites.submit(browser, id);
      const page = await fetch(new URL(again.headers.get('location') ?? '', `${browser.origin}${base}/finish`), {
        redirect: 'manual',
        headers: { cookie: await browser.cookies() },
      });
      expect(page.headers.get('location')).to.equal(`./signed?id=${id}`);
    });

    it('leads on at once where the site has nothing to give', async () => {
      const { browser, errors } = open({ signedDocument: async () => undefined });
      const id = await signed(browser, { returnTo: '/contracts' });
      const response = await fetchBy(browser, `signed?id=${id}`);
      expect([response.status, response.headers.get('location')]).to.deep.equal([302, '/contracts']);
      expect((await fetchBy(browser, `signed-document?id=${id}`)).status).to.equal(404);
      expect(errors).to.deep.equal([]);
    });

    it('leads on at once where the session that has signed is gone by then', async () => {
      const { browser } = open({
        ...given,
        signed: (_signature, req) => new Promise((resolve) => req.session.destroy(resolve)),
      });
      const id = await confirmed(browser);
      expect((await sites.submit(browser, id)).headers.get('location')).to.equal('/home');
    });

    it('gives nothing to another browser, nor before it is signed, nor after a refusal', async () => {
      const asked: string[] = [];
      const { browser, origin, errors } = open({
        signedDocument: (_req, id) => {
          asked.push(id);
          return pdf;
        },
      });
      const expectNothing = async (who: Browser, id: string) => {
        expect((await fetchBy(who, `signed-document?id=${id}`)).status).to.equal(404);
        const page = await fetchBy(who, `signed?id=${id}`);
        expect([page.status, page.headers.get('location')]).to.deep.equal([303, './?failed=no_attempt']);
      };
      const id = await confirmed(browser);
      await expectNothing(browser, id);
      await sites.submit(browser, id);
      const other = new Browser(origin);
      await expectNothing(other, id);
      // One that has signed something else.
      await signed(other);
      await expectNothing(other, id);
      const { body: refused } = await sites.begin(browser);
      const documentNumber = 'PNOEE-30403039917-MOCK-Q';
      await usePhone(sites.simulator, { deviceLink: refused.qrLink, flowType: 'QR', documentNumber }).catch(() => {});
      await sites.submit(browser, refused.id);
      await expectNothing(browser, refused.id);
      for (const id of ['nobody-knows-it', '__proto__', 'undefined']) await expectNothing(browser, id);
      expect(asked).to.deep.equal([]);
      for (const query of ['', '?id=', `?id=${id}&id=${id}`, `?id=${'x'.repeat(300)}`]) {
        expect((await fetchBy(browser, `signed-document${query}`)).status, query).to.equal(400);
        expect((await fetchBy(browser, `signed${query}`)).status, query).to.equal(400);
      }
      expect(errors).to.deep.equal([]);
    });

    it('gives each browser session the signings that it has finished, the last five', async () => {
      const { browser } = open(given);
      const ids: string[] = [];
      for (let count = 0; count < 6; count++) ids.push(await signed(browser));
      const statuses = await Promise.all(
        ids.map(async (id) => (await fetchBy(browser, `signed-document?id=${id}`)).status),
      );
      expect(statuses).to.deep.equal([404, 200, 200, 200, 200, 200]);
    });

    it('names the file as text', async () => {
      const name = '<b>"{name}" & $& Договор.pdf'.replaceAll('/', '');
      const { browser } = open({ signedDocument: () => ({ ...pdf, name }) });
      const html = await (await fetchBy(browser, `signed?id=${await signed(browser)}`)).text();
      expect(html)
        .to.contain('>Download &#60;b&#62;&#34;{name}&#34; &#38; $&#38; Договор.pdf</a>')
        .and.not.contain('<b>');
    });

    it('is in the page of the site where that has a template', async () => {
      const { browser } = open({ ...given, template: ({ title, head, body }) => `${head}[${title}]${body}` });
      const html = await (await fetchBy(browser, `signed?id=${await signed(browser)}`)).text();
      expect(html).to.contain('[Signed]<div id="smart-id"').and.contain('attempt.css').and.not.contain('attempt.js');
    });
  });

  for (const name of ['documentsToSign', 'signedDocument'] as const) {
    it(`is not made with a ${name} that is no function`, () => {
      for (const value of [null, pdf, 'contract.pdf', true]) {
        expect(() => open({ start: () => ({ signer }), [name]: value as never })).to.throw(
          `${name} must be a function.`,
        );
      }
    });
  }
});
