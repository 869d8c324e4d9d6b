/**
 * The links that a page shows of a session (section "Device links"): the one in the QR code is new each second, those on
 * the same device stay.
 */

import { createDeviceLink, type DeviceLinkInput } from '../protocol/device-link.js';
import type { Attempt } from './attempt.js';

/** As the view of an attempt has them. */
interface Links {
  qrLink?: string;
  web2AppLink?: string;
  app2AppLink?: string;
}

type LastingLinks = { common: Omit<DeviceLinkInput, 'deviceLinkType'>; links: Links };

/** What stays the same for as long as a session is shown, each second anew. */
const lasting = new WeakMap<Attempt['session'], LastingLinks>();

function lastingLinksOf(session: Attempt['session']): LastingLinks | undefined {
  const { asked, deviceLink, lang } = session;
  const { sessionSecret, flowTypes } = asked;
  if (!deviceLink || !sessionSecret) return undefined;
  const common = { ...asked, ...deviceLink, sessionSecret, lang };
  const linkOf = (deviceLinkType: 'Web2App' | 'App2App') =>
    flowTypes.includes(deviceLinkType) ? createDeviceLink({ ...common, deviceLinkType }) : undefined;
  const made = { common, links: { web2AppLink: linkOf('Web2App'), app2AppLink: linkOf('App2App') } };
  lasting.set(session, made);
  return made;
}

export function linksOf(session: Attempt['session'], now: number): Links {
  const made = lasting.get(session) ?? lastingLinksOf(session);
  if (!made) return {};
  const elapsedSeconds = Math.max(0, Math.floor((now - session.receivedAt) / 1000));
  const isByQr = session.asked.flowTypes.includes('QR');
  const qrLink = isByQr ? createDeviceLink({ ...made.common, deviceLinkType: 'QR', elapsedSeconds }) : undefined;
  return { qrLink, ...made.links };
}
