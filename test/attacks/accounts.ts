/** Finding out who has an account, by naming persons and looking at what the site shows. */

import { isDeepStrictEqual } from 'node:util';
import type { AttemptView } from '../../lib/attempt/view.js';
import { Browser } from '../support/site.js';
import type { Attack } from './attack.js';
import { attackedSite } from './sessions.js';

/** Persons and documents for whom the service makes no session, and what it says. */
export const unusable = [
  ['no_account', { semanticsIdentifier: 'PNOEE-10101010005' }],
  ['no_account', { documentNumber: 'PNOEE-10101010005-AAAA-Q' }],
  ['no_account', { documentNumber: 'PNOLT-40504049999-MOCK-NQ' }],
  ['no_suitable_account', { semanticsIdentifier: 'PNOLT-40504049999' }],
] as const;
export const usable = { semanticsIdentifier: 'PNOEE-40404040009' };
export const flows = ['device-link', 'notification'] as const;

/** The view with what differs from one login to the next replaced by its form. */
export function form(view: AttemptView): unknown {
  return Object.fromEntries(Object.entries(view).map(([key, value]) => [key, formOf(value)]));
}

function formOf(value: unknown): unknown {
  if (typeof value !== 'string') return typeof value;
  return value
    .replace(/(sessionToken|authCode)=[^&]*/g, (all) => all.replace(/=.*/, (text) => `=${text.length}`))
    .replace(/^[A-Za-z0-9_-]{22}$/, 'id')
    .replace(/^\d{4}$/, 'code');
}

/** At the start, a moment later, and by finishing too early. */
export const guessedAccounts: Attack = {
  name: 'guessing who has an account',
  notificationDelayMs: 60_000,
  async run({ simulator, report }) {
    const site = await attackedSite(simulator);
    try {
      // The first session of a process names nobody to the service.
      await new Browser(site.origin).start();
      for (const flow of flows) {
        const [, ...seen] = await Promise.all([usable, ...unusable.map(([, who]) => who)].map((who) => look(who)));
        const genuine = await look(usable);
        for (const [index, shown] of seen.entries()) {
          const isSame = isDeepStrictEqual(shown, genuine);
          report(isSame ? 'same view' : undefined, () => `${flow}: ${unusable[index]?.[0]} ${JSON.stringify(shown)}`);
        }

        async function look(identify: object): Promise<unknown> {
          const browser = new Browser(site.origin);
          const first = await browser.start({ flow, identify });
          const second = await browser.status(first.id);
          const { status, body } = await browser.post('/finish', { id: first.id });
          return [form(first), form(second), status, body.message, form(await browser.status(first.id))];
        }
      }
    } finally {
      await site.close();
    }
  },
};
