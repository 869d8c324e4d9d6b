/** Replay, races, and logins that are taken from one browser to another: by real HTTP, each browser with cookies of its own. */

import type { Simulator } from '../../lib/simulator/index.js';
import { callbackAfter, pathOf, usePhone } from '../support/phone.js';
import { type Answer, Browser, type Site, startSite } from '../support/site.js';
import type { Attack } from './attack.js';

export interface World {
  simulator: Simulator;
  site: Site;
  /** The browser of the person who is attacked. */
  browser: Browser;
}

/** A site whose visitors may name whom they ask for. */
export function attackedSite(simulator: Simulator): Promise<Site> {
  return startSite(simulator, { start: (req) => ({ flow: req.body.flow, identify: () => req.body.identify }) });
}

/** The path to which the app returns in the browser that did not get there yet. */
async function confirmedBySameDevice({ simulator, browser }: World): Promise<{ id: string; callback: string }> {
  const { id, web2AppLink = '' } = await browser.start();
  return { id, callback: pathOf(await callbackAfter(simulator, { deviceLink: web2AppLink, flowType: 'Web2App' })) };
}

async function confirmedByQr({ simulator, browser }: World, wish: unknown = {}): Promise<string> {
  const { id, qrLink = '' } = await browser.start(wish);
  await usePhone(simulator, { deviceLink: qrLink, flowType: 'QR' });
  return id;
}

async function withCookieOf(browser: Browser): Promise<Browser> {
  const other = new Browser(browser.origin);
  for (const cookie of (await browser.cookies()).split('; ')) await other.jar.setCookie(cookie, browser.origin);
  return other;
}

/** 200 requests with one cookie at once: the answers to all but the one that has logged in. */
async function race({ browser }: World, request: (racer: Browser) => Promise<Answer>): Promise<Answer[]> {
  const racers = await Promise.all(Array.from({ length: 200 }, () => withCookieOf(browser)));
  const answers = await Promise.all(racers.map(request));
  const winner = answers.findIndex(({ status }) => status === 200);
  if (winner === -1) throw new Error('Not even one of them logged in.');
  return answers.filter((_, index) => index !== winner);
}

/** What a browser that must not be logged in sees of the person: an answer of 200 only when it is. */
async function asNobody(browser: Browser, code: string): Promise<Answer> {
  const { body } = await browser.get('/me');
  return body === null ? { status: 401, body: { code } } : { status: 200, body };
}

async function inOwnBrowser({ browser }: World, request: (own: Browser) => Promise<Answer>): Promise<void> {
  const { status, body } = await request(browser);
  if (status !== 200) throw new Error(`The person was kept from logging in: ${body?.code}`);
}

/** The answer of the service to a login of the person. */
async function answerFor(world: World): Promise<object> {
  const { simulator, browser } = world;
  let answer: object | undefined;
  const remove = simulator.faults.add({
    on: 'session',
    tamper: (body) => {
      answer = body;
      return body;
    },
  });
  await browser.settled(await confirmedByQr(world));
  remove();
  if (!answer) throw new Error('The simulator was not asked.');
  return answer;
}

const parameters = ['sessionSecretDigest', 'userChallengeVerifier'] as const;

const changedParameters = parameters.flatMap((name) =>
  (
    [
      ['another', (query: URLSearchParams) => query.set(name, 'A'.repeat(43))],
      ['no', (query: URLSearchParams) => query.delete(name)],
      ['two of', (query: URLSearchParams) => query.append(name, 'A'.repeat(43))],
      ['an endless', (query: URLSearchParams) => query.set(name, 'A'.repeat(5000))],
    ] as const
  ).map(([what, change]) => [`${what} ${name}`, change] as const),
);

const changedAttempts = (
  [
    ['another callback secret', (value) => [value.slice(0, -1) + (value.endsWith('A') ? 'B' : 'A')]],
    ['no callback secret', (value) => [value.split('.')[0] ?? '']],
    ['no attempt', () => []],
    ['the attempt twice', (value) => [value, value]],
  ] satisfies [string, (value: string) => string[]][]
).map(
  ([what, change]) =>
    [
      what,
      (query: URLSearchParams) => {
        const values = change(query.get('smartIdAttempt') ?? '');
        query.delete('smartIdAttempt');
        for (const value of values) query.append('smartIdAttempt', value);
      },
    ] as const,
);

async function withChangedQuery(world: World, change: (query: URLSearchParams) => void) {
  const { callback } = await confirmedBySameDevice(world);
  const changed = new URL(callback, world.site.origin);
  change(changed.searchParams);
  return { callback, changed: pathOf(changed.href) };
}

/** What is done, the codes that may refuse it, and the answers to every try; none of them may be a login. */
export const sessionAttacks: [what: string, codes: string[], attack: (world: World) => Promise<Answer[]>][] = [
  [
    'a callback URL once more',
    ['return_without_session'],
    async (world) => {
      const { callback } = await confirmedBySameDevice(world);
      await inOwnBrowser(world, (own) => own.get(callback));
      return [await world.browser.get(callback), await (await withCookieOf(world.browser)).get(callback)];
    },
  ],
  [
    'a finish once more',
    ['no_attempt'],
    async (world) => {
      const id = await confirmedByQr(world);
      await inOwnBrowser(world, (own) => own.post('/finish', { id }));
      return [await world.browser.post('/finish', { id })];
    },
  ],
  [
    '200 callbacks at once',
    ['already_used', 'return_without_session'],
    async (world) => {
      const { callback } = await confirmedBySameDevice(world);
      return race(world, (racer) => racer.get(callback));
    },
  ],
  [
    '200 finishes at once',
    ['already_used', 'no_attempt'],
    async (world) => {
      const id = await confirmedByQr(world);
      return race(world, (racer) => racer.post('/finish', { id }));
    },
  ],
  [
    'a callback in another browser',
    ['return_without_session'],
    async (world) => {
      const { callback } = await confirmedBySameDevice(world);
      const withAttempt = new Browser(world.site.origin);
      await withAttempt.start();
      const answers = [await new Browser(world.site.origin).get(callback), await withAttempt.get(callback)];
      await inOwnBrowser(world, (own) => own.get(callback));
      return answers;
    },
  ],
  [
    'a finish in another browser',
    ['no_attempt'],
    async (world) => {
      const id = await confirmedByQr(world);
      const withAttempt = new Browser(world.site.origin);
      await withAttempt.start();
      const answers = [
        await new Browser(world.site.origin).post('/finish', { id }),
        await withAttempt.post('/finish', { id }),
      ];
      await inOwnBrowser(world, (own) => own.post('/finish', { id }));
      return answers;
    },
  ],
  [
    'a finish in place of the callback, by somebody who sent their link to a victim',
    ['callback_required'],
    async (world) => {
      const { id, callback } = await confirmedBySameDevice(world);
      const answer = await world.browser.post('/finish', { id });
      await inOwnBrowser(world, (own) => own.get(callback));
      return [answer];
    },
  ],
  ...changedAttempts.map(([what, change]): (typeof sessionAttacks)[number] => [
    `a callback with ${what}`,
    ['return_without_session'],
    async (world) => {
      const { callback, changed } = await withChangedQuery(world, change);
      const answer = await world.browser.get(changed);
      await inOwnBrowser(world, (own) => own.get(callback));
      return [answer];
    },
  ]),
  ...changedParameters.map(([what, change]): (typeof sessionAttacks)[number] => [
    `a callback with ${what}, and then the right one`,
    ['not_verified', 'return_without_session'],
    async (world) => {
      const { callback, changed } = await withChangedQuery(world, change);
      return [await world.browser.get(changed), await world.browser.get(callback)];
    },
  ]),
  [
    "a callback of one login with another's parameters",
    ['not_verified'],
    async (world) => {
      const [one, two] = [await confirmedBySameDevice(world), await confirmedBySameDevice(world)];
      const queries = [one, two].map(({ callback }) => new URL(callback, world.site.origin).searchParams);
      for (const name of parameters) queries[0]?.set(name, queries[1]?.get(name) ?? '');
      return [await world.browser.get(`/callback?${queries[0]}`)];
    },
  ],
  [
    'an answer of another person to a login for one person',
    ['not_verified'],
    async (world) => {
      const { faults } = world.simulator;
      faults.add({ on: 'session', body: await answerFor(world) });
      const { id } = await world.browser.start({ identify: { semanticsIdentifier: 'PNOLT-40404040009' } });
      return [await world.browser.post('/finish', { id })];
    },
  ],
  [
    'another document of the person to a login for one person',
    ['not_verified'],
    async (world) => {
      const identify = { semanticsIdentifier: 'PNOEE-40404040009' };
      world.simulator.faults.add({
        on: 'session',
        tamper: ({ result, ...body }) => ({
          ...body,
          result: result && { ...result, documentNumber: 'PNOEE-40404040009-AAAA-Q' },
        }),
      });
      const id = await confirmedByQr(world, { identify });
      return [await world.browser.post('/finish', { id })];
    },
  ],
  [
    'the answer of another login',
    ['not_verified'],
    async (world) => {
      world.simulator.faults.add({ on: 'session', body: await answerFor(world) });
      const thief = new Browser(world.site.origin);
      const { id } = await thief.start();
      return [await thief.post('/finish', { id }), await asNobody(thief, 'not_verified')];
    },
  ],
  [
    'a session that somebody gave to the victim before the login',
    ['session_changed'],
    async (world) => {
      const thief = new Browser(world.site.origin);
      await thief.start();
      const victim = { ...world, browser: await withCookieOf(thief) };
      const id = await confirmedByQr(victim);
      await inOwnBrowser(victim, (own) => own.post('/finish', { id }));
      return [await asNobody(thief, 'session_changed')];
    },
  ],
  [
    'a session identifier of before the login, after a return by the same device',
    ['session_changed'],
    async (world) => {
      const { callback } = await confirmedBySameDevice(world);
      const thief = await withCookieOf(world.browser);
      await inOwnBrowser(world, (own) => own.get(callback));
      return [await asNobody(thief, 'session_changed'), await asNobody(await withCookieOf(thief), 'session_changed')];
    },
  ],
];

export const hostileSessions: Attack = {
  name: 'replay, races and other browsers',
  async run({ simulator, report }) {
    const site = await attackedSite(simulator);
    try {
      for (const [what, , attack] of sessionAttacks) {
        const answers = await attack({ simulator, site, browser: new Browser(site.origin) });
        for (const { status, body } of answers) {
          report(status === 401 || status === 403 ? body?.code : undefined, () => what);
        }
        simulator.faults.clear();
      }
    } finally {
      await site.close();
    }
  },
};
