/**
 * Pictures of every state of the pages, in light and dark, on a computer and on a phone, in three engines, in `reports/screenshots`;
 * and those that the documentation shows, in `docs`.
 */

import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { Simulator } from '../../lib/simulator/index.js';
import { findChromium, startChromium } from '../e2e/chromium.js';
import { type Device, devices, type PageState, pageStates, startStatesSimulator, Visit } from '../e2e/page-states.js';
import { drawInOtherEngines, type Snapshot } from './other-engines.js';

const folder = 'reports/screenshots';
const schemes = ['light', 'dark'] as const;

/** What the documentation shows, by the name of the picture. */
const shown: Readonly<Record<string, string>> = {
  'qr-code-computer-light': 'login',
  'qr-code-phone-light': 'login-phone',
  'verification-code-phone-light': 'verification-code',
  'qr-code-computer-dark': 'login-dark',
  'signing-qr-code-computer-light': 'signing',
};
/** Of pixels around what the documentation shows of a large screen. */
const margin = 32;

const executablePath = findChromium();
if (!executablePath) throw new Error('No Chromium was found: set CHROMIUM_PATH to one to make the pictures.');
await mkdir(folder, { recursive: true });
const chromium = await startChromium(executablePath);
const simulator = await startStatesSimulator();
const snapshots: Snapshot[] = [];
try {
  for (const state of pageStates) {
    for (const device of Object.keys(devices) as Device[]) {
      if (state.device === undefined || state.device === device) await take(chromium, simulator, state, device);
    }
  }
} finally {
  await chromium.close();
  await simulator.close();
}
console.log(`${await drawInOtherEngines(snapshots, folder)} pictures in other engines`);

async function take(chromium: Browser, simulator: Simulator, state: PageState, device: Device): Promise<void> {
  const visit = await Visit.begin(chromium, simulator, state, { device, reducedMotion: 'reduce' });
  try {
    await state.show(visit);
    // All of it, as the device shows it: in a picture of the full page a phone is taken for a computer.
    const height = await visit.page.evaluate<number>('document.documentElement.scrollHeight');
    await visit.page.setViewportSize({ width: devices[device].viewport?.width ?? 0, height });
    for (const colorScheme of schemes) {
      await visit.page.emulateMedia({ colorScheme });
      const name = `${state.name}-${device}-${colorScheme}`;
      await visit.page.screenshot({ path: path.join(folder, `${name}.png`) });
      if (shown[name]) await takeShown(visit.page, device, path.join('docs', `${shown[name]}.png`));
      console.log(name);
    }
    const page = {
      html: await withImages(visit.page),
      styles: await stylesOf(visit.page),
      isPhone: device === 'phone',
    };
    for (const colorScheme of schemes) {
      snapshots.push({ ...page, name: `${state.name}-${device}-${colorScheme}`, isDark: colorScheme === 'dark' });
    }
  } finally {
    await visit.close();
  }
}

/** What the page is made of, with its images in it. */
async function withImages(page: Page): Promise<string> {
  const html = await page.content();
  const images: [string, string][] = await page.evaluate(`Promise.all(
    [...document.querySelectorAll('#smart-id img')].map(async (image) => {
      const text = await (await fetch(image.src)).text();
      return [image.getAttribute('src'), 'data:image/svg+xml,' + encodeURIComponent(text)];
    }),
  )`);
  return images.reduce((made, [src, data]) => made.replaceAll(`src="${src}"`, `src="${data}"`), html);
}

function stylesOf(page: Page): Promise<string> {
  return page.evaluate(`Promise.all(
    [...document.querySelectorAll('link[rel=stylesheet]')].map(async ({ href }) => (await fetch(href)).text()),
  ).then((texts) => texts.join('\\n'))`);
}

/** A phone is shown whole; of a larger screen what there is to see. */
async function takeShown(page: Page, device: Device, file: string): Promise<void> {
  if (device === 'phone') return void (await page.screenshot({ path: file, scale: 'css' }));
  const box = await page.locator('#smart-id').boundingBox();
  if (!box) throw new Error('There is no content on the page.');
  const clip = {
    x: box.x - margin,
    y: box.y - margin,
    width: box.width + 2 * margin,
    height: box.height + 2 * margin,
  };
  await page.screenshot({ path: file, clip, scale: 'css', fullPage: true });
}
