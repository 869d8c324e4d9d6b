/** What an attempt may end in: one that was begun on other terms, or elsewhere on the site, is not found. */

import type { CertificateLevel } from '../protocol/algorithms.js';
import type { Undertaking } from '../shared/undertaking.js';
import type { AcceptedCountries } from './countries.js';
import type { CreationSettings } from './create-session.js';

/**
 * What an attempt of this kind, service, level, place on the site and choice of countries may end in; an attempt that
 * was begun on other terms, or elsewhere, is not found.
 */
export function purposeOf(
  kind: Undertaking,
  settings: CreationSettings & { countries: AcceptedCountries },
  level: CertificateLevel,
  name: string = '',
): string {
  const { client, relyingPartyName, brokeredRpName = '', callbackURL = '', appCallbackURL = '' } = settings;
  const { baseUrl } = client.environment;
  const countries = [...(settings.countries ?? [])].sort().join(',');
  // As JSON, in which no two lists of texts look the same.
  return JSON.stringify([
    kind,
    level,
    countries,
    baseUrl,
    relyingPartyName,
    brokeredRpName,
    callbackURL,
    appCallbackURL,
    name,
  ]);
}
