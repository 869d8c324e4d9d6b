/** The QR code as a camera sees it: measured in the pixels of screenshots, on each kind of screen. */

import { expect } from 'chai';
import jsqr from 'jsqr';
import type { Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { phone, tablet, useExampleSite } from './example-site.js';

type Screen = NonNullable<Parameters<ReturnType<ReturnType<typeof useExampleSite>>['open']>[0]>;

type Point = { x: number; y: number };
/** Pixels are dark or light, by their place. */
type Picture = { width: number; height: number; isDark(x: number, y: number): boolean };

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

const screens: [string, Screen, number[]][] = [
  ['a computer', {}, [1, 1.25, 1.5, 2, 3]],
  ['a small window', window, [1, 2]],
  ['a tablet', tablet, [1, 2]],
  ['a phone', phone, [1, 2, 3]],
  ['a small phone', small, [1, 2, 3]],
];

describe('The QR code on the screen, in Chromium', function () {
  this.timeout(40_000);
  const site = useExampleSite();
  const rows: string[] = [];
  after(() => rows.length > 0 && console.log(`\n  ${rows.join('\n  ')}\n`));

  for (const [name, screen, ratios] of screens) {
    for (const deviceScaleFactor of ratios) {
      it(`can be scanned on ${name} with ${deviceScaleFactor} pixels to each of CSS, light, dark and in forced colors`, async () => {
        const { page } = await site().openLogin({ ...screen, deviceScaleFactor });
        await showQr(page);
        for (const media of [
          { colorScheme: 'light' },
          { colorScheme: 'dark' },
          { colorScheme: 'dark', forcedColors: 'active' },
        ] as const) {
          await page.emulateMedia(media);
          const seen = await seeQr(page);
          expect(seen.link).to.match(/^https?:\/\/[^?]+\?deviceLinkType=QR&/);
          expect(levelOf(seen.modules), 'error correction').to.be.oneOf(['L', 'M']);
          expect(seen.quietZone, 'quiet zone, modules').to.be.at.least(quietZone);
          expectSize(seen, page, deviceScaleFactor, screen.isMobile === true);
        }
        const { modules, pixelsPerModule } = await seeQr(page);
        const size = (pixelsPerModule / deviceScaleFactor).toFixed(2);
        rows.push(
          `${name.padEnd(16)} ×${deviceScaleFactor}: ${modules.length} modules of ${size} px, level ${levelOf(modules)}`,
        );
        await site().scan(page);
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

/** From 6 to 10 pixels of CSS where there is room; on a phone as large as the screen is wide. */
function expectSize({ modules, pixelsPerModule }: SeenQr, page: Page, ratio: number, isNarrow: boolean): void {
  const size = pixelsPerModule / ratio;
  const room = ((page.viewportSize()?.width ?? 0) * ratio) / (modules.length + 2 * quietZone);
  expect(pixelsPerModule, 'pixels of a module').to.be.at.most(room);
  expect(size, 'pixels of a module').to.be.at.most(10);
  if (isNarrow) expect(pixelsPerModule + 1, 'pixels of a larger module').to.be.above(room);
  else expect(size, 'pixels of a module').to.be.at.least(6);
}

/** @throws Error where no code can be read, or where its modules are not squares of whole pixels. */
async function seeQr(page: Page): Promise<SeenQr> {
  for (let tries = 0; tries < 10; tries++) {
    const { data, width, height } = PNG.sync.read(await page.screenshot());
    const code = jsqr.default(new Uint8ClampedArray(data), width, height);
    if (!code) continue;
    const isDark = (x: number, y: number) => (data[4 * (y * width + x)] ?? 255) < 128;
    return measure({ width, height, isDark }, code);
  }
  throw new Error('No QR code can be read from the screenshot.');
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
  const light = lightAround(picture, left, top, side, 2 * quietZone * pixelsPerModule);
  return { link, pixelsPerModule, modules, quietZone: light / pixelsPerModule };
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

/** Whether a module is dark, when all of its pixels are alike. */
function isModuleDark({ isDark }: Picture, left: number, top: number, side: number): boolean {
  const first = isDark(left, top);
  for (let y = top; y < top + side; y++) {
    for (let x = left; x < left + side; x++) if (isDark(x, y) !== first) throw new Error('A module is not a square.');
  }
  return first;
}

/** How many pixels around a square are light, at most those of some modules more than are needed. */
function lightAround({ isDark }: Picture, left: number, top: number, side: number, most: number): number {
  for (let distance = 1; distance <= most; distance++) {
    for (let along = -distance; along < side + distance; along++) {
      const ring = [
        [left + along, top - distance],
        [left + along, top + side - 1 + distance],
        [left - distance, top + along],
        [left + side - 1 + distance, top + along],
      ] as const;
      if (ring.some(([x, y]) => isDark(x, y))) return distance - 1;
    }
  }
  return most;
}

/** By the first two bits of its format (ISO/IEC 18004, section 7.9), which are masked by 10. */
function levelOf(modules: boolean[][]): string | undefined {
  const [first, second] = (modules[8] ?? []).map(Number);
  return ['M', 'L', 'H', 'Q'][2 * (1 - (first ?? 0)) + (second ?? 0)];
}
