/** What people do with the pages, each as a test that any engine can run on any host. */

import { expect } from 'chai';
import jsqr from 'jsqr';
import { PNG } from 'pngjs';
import type { Simulator } from '../../lib/simulator/index.js';
import { wordsOf } from '../../lib/web/resolve-words.js';
import { answerPush, callbackAfter, okDocument, usePhone } from '../support/phone.js';
import { until } from '../support/until.js';
import { patienceMs, type Session, type SessionOptions } from './engine.js';
import type { Place } from './network.js';

export interface Scene extends Place {
  session: Session;
  simulator: Simulator;
}

export interface Way {
  /** In titles of tests. */
  name: string;
  /** Whether the app returns to the site on its own, by the callback URL. */
  needsReturn?: true;
  options?: SessionOptions;
  go(scene: Scene): Promise<void>;
}

const { loginFailures, signingFailures } = wordsOf.en;
const hello = 'Hello, OK TESTNUMBER';
const refusing = 'PNOEE-30403039917-MOCK-Q';
const pushed = { country: 'EE', personalCode: '50001029996', documentNumber: 'PNOEE-50001029996-DEMO-Q' };

export const ways: readonly Way[] = [
  {
    name: 'logs in by the QR code',
    async go(scene) {
      await openPage(scene, '/login/');
      await scan(scene);
      await isAt(scene, '/home', hello);
    },
  },
  {
    name: 'logs in by the app on this device, which returns to a second tab, and the first tab moves on',
    needsReturn: true,
    options: { isNarrow: true },
    async go(scene) {
      const { session } = scene;
      await openPage(scene, '/login/');
      await session.openTab(await linkToApp(scene));
      await isShown(scene, '#account');
      await session.select('#account', okDocument);
      await session.click('#confirm');
      await isAt(scene, '/home', hello);
      await session.switchTo(0);
      await isAt(scene, '/home', hello);
    },
  },
  {
    name: 'logs in by push, with the verification code on the page',
    async go(scene) {
      await openPage(scene, '/login/');
      // Until then what is below the QR code may still move away from where it is clicked.
      await shownQr(scene);
      await askForPush(scene);
      await confirmPush(scene, await verificationCode(scene));
      await isAt(scene, '/home', hello);
    },
  },
  {
    name: 'logs in by push without script',
    options: { isWithoutScript: true },
    async go(scene) {
      const { session } = scene;
      await openPage(scene, '/login/');
      await askForPush(scene);
      const code = await verificationCode(scene);
      await session.click('form[action="push"] button');
      await isShown(scene, '#finish button');
      expect(await session.text('#verification-code')).to.equal(code);
      await confirmPush(scene, code);
      await session.click('#finish button');
      await isAt(scene, '/home', hello);
    },
  },
  {
    name: 'logs in by the app on this device without script',
    needsReturn: true,
    options: { isWithoutScript: true },
    async go(scene) {
      const { session, simulator } = scene;
      await openPage(scene, '/login/');
      await session.click('noscript button[value="device-link"]');
      const deviceLink = await linkToApp(scene);
      await session.openTab(await callbackAfter(simulator, { deviceLink, flowType: 'Web2App' }));
      await isAt(scene, '/home', hello);
      await session.switchTo(0);
      await session.click('#finish button');
      await isAt(scene, '/home', hello);
    },
  },
  {
    name: 'goes on with the same login when the page is loaded again, and when it is left and come back to',
    async go(scene) {
      const { session, origin, notes } = scene;
      const before = notes.starts;
      await openPage(scene, '/login/');
      await shownQr(scene);
      await session.reload();
      await shownQr(scene);
      await session.open(`${origin}/`);
      await session.back();
      await scan(scene);
      await isAt(scene, '/home', hello);
      expect(notes.starts - before, 'logins that were begun').to.equal(1);
    },
  },
  {
    name: 'says that the login was not completed when it is refused in the app, and logs in on another try',
    async go(scene) {
      await openPage(scene, '/login/');
      await scan(scene, refusing);
      await saysAndTriesAgain(scene, loginFailures.not_completed);
      await scan(scene);
      await isAt(scene, '/home', hello);
    },
  },
  {
    name: 'leaves the login when it is cancelled',
    async go(scene) {
      await openPage(scene, '/login/');
      await shownQr(scene);
      await cancel(scene);
    },
  },
  {
    name: 'leads on to the site when the address that the app returned to is opened again',
    needsReturn: true,
    async go(scene) {
      const { session, simulator } = scene;
      await openPage(scene, '/login/');
      const deviceLink = await linkToApp(scene);
      const callback = await callbackAfter(simulator, { deviceLink, flowType: 'Web2App' });
      for (let times = 0; times < 2; times++) {
        await session.open(callback);
        await isAt(scene, '/home', hello);
      }
    },
  },
  {
    name: 'signs by the QR code',
    async go(scene) {
      await openPage(scene, '/sign/');
      await scan(scene);
      await isAt(scene, '/signed', 'Signed');
    },
  },
  {
    name: 'signs by the app on this device, which returns to a second tab, and the first tab moves on',
    needsReturn: true,
    options: { isNarrow: true },
    async go(scene) {
      const { session } = scene;
      await openPage(scene, '/sign/');
      await session.openTab(await linkToApp(scene));
      await isShown(scene, '#account');
      await session.select('#account', okDocument);
      await session.click('#confirm');
      // The first confirmation has chosen the account; the signature follows.
      await eventually(session, 'the signature', async () => (await session.text('body')).includes('Sign at DEMO'));
      await session.click('#confirm');
      await isAt(scene, '/signed', 'Signed');
      await session.switchTo(0);
      await isAt(scene, '/signed', 'Signed');
    },
  },
  {
    name: 'says that the signing was not completed when it is refused in the app, and signs on another try',
    async go(scene) {
      await openPage(scene, '/sign/');
      await scan(scene, refusing);
      await saysAndTriesAgain(scene, signingFailures.not_completed);
      await scan(scene);
      await isAt(scene, '/signed', 'Signed');
    },
  },
  {
    name: 'leaves the signing when it is cancelled',
    async go(scene) {
      await openPage(scene, '/sign/');
      await shownQr(scene);
      await cancel(scene);
    },
  },
];

function openPage({ session, origin }: Scene, path: string): Promise<void> {
  return session.open(`${origin}${path}`);
}

/** The link in the QR code that the page shows, as a camera sees it. */
function shownQr({ session }: Scene): Promise<string> {
  return eventually(session, 'a QR code', async () => {
    if (!(await session.isShown('#qr-code path[d]'))) return undefined;
    const { data, width, height } = PNG.sync.read(await session.screenshot('#qr-code'));
    return jsqr.default(new Uint8ClampedArray(data), width, height)?.data;
  });
}

async function scan(scene: Scene, documentNumber = okDocument): Promise<void> {
  await usePhone(scene.simulator, { deviceLink: await shownQr(scene), flowType: 'QR', documentNumber });
}

async function linkToApp(scene: Scene): Promise<string> {
  await isShown(scene, '#open-app[href]');
  return (await scene.session.attribute('#open-app', 'href')) ?? '';
}

async function askForPush({ session }: Scene): Promise<void> {
  await session.click('#alternative summary');
  await session.select('#country', pushed.country);
  await session.fill('#personal-code', pushed.personalCode);
  await session.click('#choice button[value="notification"]');
}

async function verificationCode(scene: Scene): Promise<string> {
  await isShown(scene, '#verification-code');
  const code = await scene.session.text('#verification-code');
  expect(code).to.match(/^\d{4}$/);
  return code;
}

async function confirmPush({ simulator }: Scene, code: string): Promise<void> {
  await until(() => isPushWaiting(simulator, code), 'a push');
  await answerPush(simulator, code, { documentNumber: pushed.documentNumber });
}

async function isPushWaiting({ phoneUrl }: Simulator, code: string): Promise<boolean> {
  const pushes: any[] = await (await fetch(`${phoneUrl}/pushes`)).json();
  return pushes.some(({ verificationCodes }) => verificationCodes.includes(code));
}

async function saysAndTriesAgain({ session }: Scene, message: string): Promise<void> {
  await eventually(session, message, async () => (await session.text('#message')) === message);
  await session.click('#try-again');
}

async function cancel(scene: Scene): Promise<void> {
  await isShown(scene, '#cancel button');
  await scene.session.click('#cancel button');
  await isAt(scene, '/left', 'Left');
}

async function isShown({ session }: Scene, selector: string): Promise<void> {
  await eventually(session, selector, () => session.isShown(selector));
}

/** Waits until a page of the site itself is there, with this heading. */
async function isAt({ session, origin }: Scene, path: string, heading: string): Promise<void> {
  const address = `${origin}${path}`;
  await eventually(session, `${heading} at ${path}`, async () => {
    return (await session.url()) === address && (await session.text('h1')) === heading;
  });
}

/**
 * Waits for what comes by itself. Errors count as not yet: while one page leaves and the next one comes, engines find
 * no element.
 */
async function eventually<T>(session: Session, what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  const deadline = performance.now() + patienceMs;
  let problem: unknown;
  while (performance.now() < deadline) {
    try {
      const found = await look();
      if (found) return found;
    } catch (error) {
      problem = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const seen = await session.text('body').catch(String);
  throw new Error(`Waited for ${what} in vain at ${await session.url()}, which says: ${seen}`, { cause: problem });
}
