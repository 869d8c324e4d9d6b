/** Making one QR link, against the HMAC in it; and drawing it, which the browser does. */

import { createHmac } from 'node:crypto';
import encodeQR from 'qr';
import { generateChallenge } from '../../lib/protocol/challenge.js';
import { createDeviceLink } from '../../lib/protocol/device-link.js';
import { inTurns, printTable } from './measure.js';

export async function benchLinks(): Promise<void> {
  const secret = Buffer.alloc(32, 7);
  const input = {
    deviceLinkType: 'QR',
    sessionType: 'auth',
    deviceLinkBase: 'https://smart-id.com/device-link',
    sessionToken: 'wGIrqveE6AuGDATZKmR1mtAZ',
    sessionSecret: secret.toString('base64'),
    lang: 'eng',
    schemeName: 'smart-id',
    relyingPartyName: 'DEMO',
    rpChallenge: generateChallenge(),
    interactions: Buffer.from('[{"type":"displayTextAndPIN","displayText60":"Log in to www.example.com"}]').toString(
      'base64',
    ),
    elapsedSeconds: 17,
  } as const;
  const link = createDeviceLink(input);
  // As many bytes as are authenticated.
  const bytes = Buffer.from(
    [
      'smart-id',
      'ACSP_V2',
      input.rpChallenge,
      Buffer.from('DEMO').toString('base64'),
      '',
      input.interactions,
      '',
      link.replace(/&authCode=.*/, ''),
    ].join('|'),
  );
  const [ours = 0, hmac = 0, svg = 0] = await inTurns(
    () => createDeviceLink(input),
    () => createHmac('sha256', secret).update(bytes).digest('base64url'),
    () => encodeQR(link, 'svg', { ecc: 'low', border: 4 }),
  );
  console.log(`One QR link (HMAC-SHA256 of ${bytes.length} bytes):\n`);
  printTable(
    ['', 'µs', 'ratio'],
    [
      ['raw HMAC-SHA256', hmac.toFixed(2), '1.00'],
      ['createDeviceLink', ours.toFixed(2), (ours / hmac).toFixed(2)],
      ['its SVG (by the browser)', svg.toFixed(0), (svg / hmac).toFixed(0)],
    ],
  );
}
