/** The QR code as a camera sees it: measured in the pixels of screenshots, on each kind of screen. */

import { expect } from 'chai';
import jsqr from 'jsqr';
import type { Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { phone, shownLink, tablet, useExampleSite } from './example-site.js';

type Screen = NonNullable<Parameters<ReturnType<ReturnType<typeof useExampleSite>>['open']>[0]>;

type Point = { x: number; y: number };
/** Pixels by their place. Outside of the picture nothing is seen, so nothing is dark or white there. */
type Picture = {
  width: number;
  height: number;
  isDark(x: number, y: number): boolean;
  isWhite(x: number, y: number): boolean;
};

interface SeenQr {
  link: string;
  /** Of the screen. */
  pixelsPerModule: number;
  /** Dark modules are true; without the quiet zone. */
  modules: boolean[][];
  /** In modules, on the side where it is smallest. */
  quietZone: number;
}

const quietZone = 4;
const small = { ...phone, viewport: { width: 320, height: 568 } };
const window = { viewport: { width: 800, height: 600 } };
/** Of CSS, within the frame of the content where there is one: its 512 without borders of 1 and paddings of 32. */
const roomInCard = 446;

const screens: [name: string, screen: Screen, room: number, ratios: number[]][] = [
  ['a computer', {}, roomInCard, [1, 1.25, 1.5, 2, 3]],
  ['a small window', window, roomInCard, [1, 2, 3]],
  ['a tablet', tablet, roomInCard, [1, 2, 3]],
  ['a phone', phone, phone.viewport?.width ?? 0, [1, 2, 3]],
  ['a small phone', small, small.viewport.width, [1, 2, 3]],
];

describe('The QR code on the screen, in Chromium', function () {
  this.timeout(40_000);
  const site = useExampleSite();
  const rows: string[] = [];
  after(() => rows.length > 0 && console.log(`\n  ${rows.join('\n  ')}\n`));

  for (const [name, screen, room, ratios] of screens) {
    for (const deviceScaleFactor of ratios) {
      it(`can be scanned on ${name} with ${deviceScaleFactor} pixels to each of CSS, light, dark and in forced colors`, async () => {
        const { page } = await site().openLogin({ ...screen, deviceScaleFactor });
        const session = sessionOf(await shownLink(page));
        await showQr(page);
        let seen: SeenQr | undefined;
        for (const media of [
          { colorScheme: 'light' },
          { colorScheme: 'dark' },
          { colorScheme: 'dark', forcedColors: 'active' },
        ] as const) {
          await page.emulateMedia(media);
          seen = await seeQr(page);
          expect(seen.link).to.match(/^https?:\/\/[^?]+\?deviceLinkType=QR&/);
          expect(sessionOf(seen.link), 'session').to.equal(session);
          expect(levelOf(seen.modules), 'error correction').to.be.oneOf(['L', 'M']);
          expect(seen.quietZone, 'quiet zone, modules').to.be.at.least(quietZone);
          expectSize(seen, room, deviceScaleFactor, screen.hasTouch === true);
        }
        if (!seen) throw new Error('Nothing was seen.');
        const { link, modules, pixelsPerModule } = seen;
        const size = (pixelsPerModule / deviceScaleFactor).toFixed(2);
        rows.push(
          `${name.padEnd(16)} ×${deviceScaleFactor}: ${modules.length} modules of ${pixelsPerModule} pixels, ${size} of CSS, level ${levelOf(modules)}, quiet zone ${seen.quietZone.toFixed(1)}`,
        );
        // The service knows the link, and its time is not over.
        await site().use(link);
        await page.waitForURL(`${site().origin}/private`);
      });
    }
  }

  it('can be scanned with the text of the page at double size', async () => {
    for (const screen of [{}, small]) {
      const { page } = await site().openLogin(screen);
      await page.evaluate("document.documentElement.style.fontSize = '200%'");
      await showQr(page);
      // Drawn anew with the next link.
      await page.waitForTimeout(1_500);
      expect((await seeQr(page)).quietZone).to.be.at.least(quietZone);
    }
  });

  it('is not taken for a good one when it is squeezed, or when something is in its quiet zone', async () => {
    for (const content of [
      '#qr-code { width: 300px !important }',
      '#qr-code { outline: 8px solid #000; outline-offset: -8px }',
      '#qr > .frame { background: #ddd }',
      '#qr > .frame { overflow: hidden; height: 340px; align-items: end; padding: 0 }',
    ]) {
      const { page } = await site().openLogin();
      // The page's policy lets in no other style.
      await page.evaluate((text) => {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(text);
        document.adoptedStyleSheets = [sheet];
      }, content);
      const isGood = await seeQr(page).then(
        (seen) => seen.quietZone >= quietZone,
        () => false,
      );
      expect(isGood, content).to.equal(false);
    }
  });
});

async function showQr(page: Page): Promise<void> {
  const code = page.locator('#qr-code');
  if (!(await code.isVisible())) await page.locator('#qr summary').click();
  await page.locator('#qr-code path[d]').waitFor();
  await code.scrollIntoViewIfNeeded();
}

/** The token of the session that a link belongs to. */
function sessionOf(link: string): string {
  const token = new URL(link).searchParams.get('sessionToken');
  if (!token) throw new Error(`${link} has no session token.`);
  return token;
}

/**
 * The most whole pixels of the screen that there is room for: at least 6 of CSS and hardly more on a computer, which is looked at
 * from a distance that a phone is held at; at most 10 where a finger is used.
 */
function expectSize({ modules, pixelsPerModule }: SeenQr, room: number, ratio: number, isTouched: boolean): void {
  const roomForModule = Math.floor((room * ratio) / (modules.length + 2 * quietZone));
  const most = isTouched ? Math.floor(10 * ratio) : Math.ceil(6 * ratio);
  expect(pixelsPerModule, 'pixels of a module').to.equal(Math.min(roomForModule, most));
  if (room === roomInCard) expect(pixelsPerModule / ratio, 'pixels of CSS of a module').to.be.within(6, 10);
}

/** @throws Error where no code can be read, or where its modules are not squares of whole pixels. */
async function seeQr(page: Page): Promise<SeenQr> {
  for (let tries = 0; tries < 10; tries++) {
    const { data, width, height } = PNG.sync.read(await page.screenshot());
    const code = jsqr.default(new Uint8ClampedArray(data), width, height, { inversionAttempts: 'dontInvert' });
    if (!code) continue;
    return measure(pictureOf(data, width, height), code);
  }
  throw new Error('No QR code can be read from the screenshot.');
}

function pictureOf(data: Buffer, width: number, height: number): Picture {
  const isOf = (color: number) => (x: number, y: number) => {
    if (x < 0 || y < 0 || x >= width || y >= height) return false;
    const at = 4 * (y * width + x);
    return data[at] === color && data[at + 1] === color && data[at + 2] === color;
  };
  return { width, height, isDark: isOf(0), isWhite: isOf(255) };
}

function measure(
  picture: Picture,
  { data: link, version, location }: NonNullable<ReturnType<typeof jsqr.default>>,
): SeenQr {
  const size = 17 + 4 * version;
  const { topLeftFinderPattern: finder } = location;
  const middle = { x: Math.round(finder.x), y: Math.round(finder.y) };
  const left = edge(picture, middle, -1, 0).x;
  const top = edge(picture, middle, 0, -1).y;
  const pixelsPerModule = (edge(picture, middle, 1, 0).x - left + 1) / 7;
  if (!Number.isInteger(pixelsPerModule)) throw new Error(`A module is ${pixelsPerModule} pixels wide.`);
  const modules = Array.from({ length: size }, (_row, y) =>
    Array.from({ length: size }, (_column, x) =>
      isModuleDark(picture, left + x * pixelsPerModule, top + y * pixelsPerModule, pixelsPerModule),
    ),
  );
  const side = size * pixelsPerModule;
  const white = whiteAround(picture, left, top, side, 2 * quietZone * pixelsPerModule);
  return { link, pixelsPerModule, modules, quietZone: white / pixelsPerModule };
}

/** The last pixel of the outer ring of a finder, seen from its eye: after dark and light, dark again. */
function edge(picture: Picture, from: Point, dx: number, dy: number): Point {
  let at = from;
  for (const isDark of [true, false, true]) {
    while (picture.isDark(at.x + dx, at.y + dy) === isDark) {
      at = { x: at.x + dx, y: at.y + dy };
      if (at.x < 0 || at.y < 0 || at.x > picture.width || at.y > picture.height) throw new Error('There is no finder.');
    }
  }
  return at;
}

/** Whether a module is dark, when all of its pixels are alike, black or white. */
function isModuleDark({ isDark, isWhite }: Picture, left: number, top: number, side: number): boolean {
  const isOfOneColor = isDark(left, top) ? isDark : isWhite;
  for (let y = top; y < top + side; y++) {
    for (let x = left; x < left + side; x++) if (!isOfOneColor(x, y)) throw new Error('A module is not a square.');
  }
  return isOfOneColor === isDark;
}

/** How many pixels around a square are white, at most those of some modules more than are needed. */
function whiteAround({ isWhite }: Picture, left: number, top: number, side: number, most: number): number {
  for (let distance = 1; distance <= most; distance++) {
    for (let along = -distance; along < side + distance; along++) {
      const ring = [
        [left + along, top - distance],
        [left + along, top + side - 1 + distance],
        [left - distance, top + along],
        [left + side - 1 + distance, top + along],
      ] as const;
      if (!ring.every(([x, y]) => isWhite(x, y))) return distance - 1;
    }
  }
  return most;
}

/** By the first two bits of its format (ISO/IEC 18004, section 7.9), which are masked by 10. */
function levelOf(modules: boolean[][]): string | undefined {
  const [first, second] = (modules[8] ?? []).map(Number);
  return ['M', 'L', 'H', 'Q'][2 * (1 - (first ?? 0)) + (second ?? 0)];
}
