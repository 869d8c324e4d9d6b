/** Logs in to the example by QR code, with live updates. Run with `--throw-deprecation`, so whatever Node deprecates ends it. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startSimulator } from 'passport-smart-id/simulator';
import { createApp } from '../../example-app/app.js';
import { EventStream } from '../support/event-stream.js';
import { scanQrCode } from '../support/phone.js';
import { Browser } from '../support/site.js';

const simulator = await startSimulator({ port: 0 });
const { environment, relyingPartyUUID, relyingPartyName, trustAnchors } = simulator;
const server = createServer().listen(0, 'localhost');
await once(server, 'listening');
const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
const smartId = { environment, relyingPartyUUID, relyingPartyName, trustAnchors };
server.on('request', createApp({ smartId, origin, sessionSecret: 'a secret' }));

const browser = new Browser(origin);
await browser.get('/login/');
const { body: view } = await browser.post('/login/start');
const updates = await EventStream.open(browser, `/login/updates?id=${view.id}`);
await scanQrCode(simulator, { deviceLink: view.qrLink });
const { state } = await updates.end();
updates.leave();
if (state !== 'ready') throw new Error(`The live updates say that the login is ${state}.`);
await browser.post('/login/finish', { id: view.id });
const { status, body } = await browser.get('/private');
if (status !== 200) throw new Error(`Nobody is logged in: ${status} ${body}`);
console.log(`${process.version}: logged in, and nothing is deprecated.`);
server.close();
server.closeAllConnections();
await simulator.close();
