/** Everybody can use the pages: each state of them, by the rules of axe-core and some that it does not know. */

import axe from 'axe-core';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import type { Simulator } from '../../lib/simulator/index.js';
import { languages } from '../../lib/web/words.js';
import { launchChromium } from './chromium.js';
import { seenQr } from './example-site.js';
import {
  type Device,
  type PageState,
  pageStates,
  startStatesSimulator,
  Visit,
  type VisitOptions,
} from './page-states.js';

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

const widths: Readonly<Record<Device, readonly number[]>> = { computer: [1280], phone: [390, 320] };
const schemes = ['light', 'dark'] as const;

/** Pages that are looked at in one go. */
const atOnce = 3;

interface Row {
  state: string;
  device: string;
  runs: number;
  passed: number;
  violations: number;
  undecided: number;
}

describe('The pages for everybody, in Chromium', function () {
  this.timeout(60_000);
  let chromium: Browser;
  let simulator: Simulator;
  const rows: Row[] = [];

  before(async function () {
    chromium = await launchChromium(this);
    simulator = await startStatesSimulator();
  });
  after(async () => {
    await chromium?.close();
    await simulator?.close();
    print(rows);
  });

  async function visit(state: PageState, options: VisitOptions, look: (visit: Visit) => Promise<void>): Promise<void> {
    const visit = await Visit.begin(chromium, simulator, state, options);
    try {
      await state.show(visit);
      await look(visit);
    } finally {
      await visit.close();
    }
  }

  function rowFor(state: string, device: string): Row {
    const row = { state, device, runs: 0, passed: 0, violations: 0, undecided: 0 };
    rows.push(row);
    return row;
  }

  /** The page as it is now, by the rules of axe-core. */
  async function check(page: Page, row: Row, where: string): Promise<void> {
    const { passes, violations, incomplete } = await runAxe(page);
    row.runs++;
    row.passed += passes.length;
    row.violations += violations.length;
    row.undecided += incomplete.length;
    expect(violations.map(problemOf), where).to.deep.equal([]);
    expect(incomplete.map(problemOf), `${where}, undecided`).to.deep.equal([]);
  }

  async function checkOn(device: Device, state: PageState): Promise<void> {
    const row = rowFor(state.name, device);
    await visit(state, { device }, async ({ page }) => {
      const height = page.viewportSize()?.height ?? 0;
      for (const width of widths[device]) {
        await page.setViewportSize({ width, height });
        for (const colorScheme of schemes) {
          await page.emulateMedia({ colorScheme });
          await check(page, row, `${width} px, ${colorScheme}`);
        }
        await expectRoom(page, `${width} px`);
      }
      await expectRoomForLargeText(page);
      await page.emulateMedia({ reducedMotion: 'reduce' });
      expect(await page.evaluate(movingThings), 'what moves').to.deep.equal([]);
      await page.emulateMedia({ forcedColors: 'active' });
      if (await page.locator('#qr-code path[d]').isVisible()) {
        await page.locator('#qr-code').scrollIntoViewIfNeeded();
        expect(await seenQr(page), 'the QR code in forced colors').to.match(/^https?:/);
      }
    });
  }

  for (const state of pageStates) {
    it(`are accessible, and fit 320 px also with text of double size: ${state.name}`, () =>
      all(devicesOf(state).map((device) => () => checkOn(device, state))));
  }

  for (const language of languages.filter((each) => each !== 'en')) {
    it(`are accessible, and fit 320 px also with text of double size, in each state: ${language}`, async () => {
      const row = rowFor('all', `phone, ${language}`);
      const look = (state: PageState) =>
        visit(state, { device: 'phone', language }, async ({ page }) => {
          await page.setViewportSize({ width: 320, height: 700 });
          await check(page, row, state.name);
          await expectRoom(page, state.name);
          await expectRoomForLargeText(page, state.name);
        });
      await all(pageStates.map((state) => () => look(state)));
    }).timeout(180_000);
  }

  it('say nothing while the QR code changes', () =>
    visit(stateNamed('qr-code'), {}, async ({ page }) => {
      await listen(page);
      const before = await page.locator('#qr-code path').getAttribute('d');
      await page.waitForTimeout(5_000);
      expect(await page.locator('#qr-code path').getAttribute('d')).to.not.equal(before);
      expect(await heard(page)).to.deep.equal([]);
    }));

  for (const device of ['computer', 'phone'] as const) {
    it(`say the verification code once, digit by digit, on a ${device}`, () =>
      visit(stateNamed('qr-code'), { device }, async (visit) => {
        const { page, words } = visit;
        await listen(page);
        await visit.enter('40504040001');
        await visit.click(words.page.sendToPhone);
        await visit.shows(words.page.compareCode);
        await page.waitForTimeout(3_000);
        const code = (await page.locator('#verification-code').textContent()) ?? '';
        expect(code).to.match(/^\d{4}$/);
        const digits = `${words.page.verificationCode} ${code.split('').join(' ')}`;
        const spoken = (await heard(page)).filter((text) => text.includes(digits));
        const about = device === 'phone' ? [words.page.rememberCode, words.page.compareCode] : [words.page.compareCode];
        expect(spoken).to.deep.equal(about.map((text) => `${digits}. ${text}`));
        expect(await page.locator('#verification-code').getAttribute('aria-label')).to.equal(digits);
      }));
  }
});

function devicesOf({ device }: PageState): readonly Device[] {
  return device ? [device] : ['computer', 'phone'];
}

function stateNamed(name: string): PageState {
  const state = pageStates.find((each) => each.name === name);
  if (!state) throw new Error(`There is no state ${name}.`);
  return state;
}

async function runAxe(page: Page): Promise<axe.AxeResults> {
  // Without script no time passes, for which axe-core would wait.
  if (await page.evaluate("matchMedia('(scripting: none)').matches")) {
    await page.evaluate('window.setTimeout = (work) => void Promise.resolve().then(work)');
  }
  if (!(await page.evaluate("typeof axe === 'object'"))) await page.evaluate(axe.source);
  return page.evaluate((values) => {
    const resultTypes = ['violations', 'incomplete'];
    return (window as any).axe.run({ runOnly: { type: 'tag', values }, resultTypes, preload: false });
  }, tags);
}

function problemOf({ id, nodes }: axe.Result): string {
  return `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('; ')}`;
}

/** Nothing scrolls sideways, and everything to be touched or clicked is large enough for that. */
async function expectRoom(page: Page, where: string): Promise<void> {
  expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), `${where}: too wide`).to.be.at.most(
    0,
  );
  expect(await page.evaluate(smallTargets), `${where}: too small`).to.deep.equal([]);
}

async function expectRoomForLargeText(page: Page, where = ''): Promise<void> {
  await page.evaluate("document.documentElement.style.fontSize = '200%'");
  await expectRoom(page, `${where} text of double size`);
  await page.evaluate("document.documentElement.style.fontSize = ''");
}

/** Runs in the page. Besides the 24 pixels of WCAG 2.2, the 44 of its enhanced rule for all but the links to other languages. */
function smallTargets(): string[] {
  return [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, summary')]
    .map((target) => ({ target, ...target.getBoundingClientRect().toJSON() }))
    .filter(({ width, height }) => width > 0 && height > 0)
    .filter(({ target, width, height }) => Math.min(width, height) < (target.closest('nav') ? 24 : 44))
    .map(({ target, width, height }) => `${target.outerHTML}: ${width} × ${height}`);
}

/** Runs in the page. */
function movingThings(): string[] {
  const moving = [...document.querySelectorAll('body, body *')].filter((element) =>
    [undefined, '::before', '::after'].some((part) => {
      const { animationName, transitionDuration } = getComputedStyle(element, part);
      return animationName !== 'none' || transitionDuration.split(', ').some((duration) => duration !== '0s');
    }),
  );
  return [...moving.map(({ outerHTML }) => outerHTML), ...document.getAnimations().map(String)];
}

/** Notes what is read out to those who cannot see the page, from now on. */
async function listen(page: Page): Promise<void> {
  await page.evaluate(() => {
    const heard: string[] = [];
    (window as any).heard = heard;
    for (const region of document.querySelectorAll('[role=status], [role=alert]')) {
      const observer = new MutationObserver(() => heard.push(region.textContent));
      observer.observe(region, { childList: true, characterData: true, subtree: true, attributes: true });
    }
  });
}

function heard(page: Page): Promise<string[]> {
  return page.evaluate(() => (window as any).heard);
}

/** A few at a time. */
async function all(works: readonly (() => Promise<void>)[]): Promise<void> {
  const waiting = [...works];
  const go = async () => {
    for (let work = waiting.shift(); work; work = waiting.shift()) await work();
  };
  await Promise.all(Array.from({ length: atOnce }, go));
}

function print(rows: readonly Row[]): void {
  const total = { ...rows[0], state: 'total', device: '', runs: 0, passed: 0, violations: 0, undecided: 0 };
  for (const row of rows) {
    for (const column of ['runs', 'passed', 'violations', 'undecided'] as const) total[column] += row[column];
  }
  const lines = [...rows, total].map(({ state, device, ...numbers }) =>
    [state.padEnd(28), device.padEnd(10), ...Object.values(numbers).map((number) => String(number).padStart(10))].join(
      ' ',
    ),
  );
  const head = [
    'state'.padEnd(28),
    'device'.padEnd(10),
    ...['runs', 'passed', 'violations', 'undecided'].map((name) => name.padStart(10)),
  ];
  console.log(`\n  axe-core ${axe.version}, ${tags.join(', ')}\n  ${[head.join(' '), ...lines].join('\n  ')}\n`);
}
