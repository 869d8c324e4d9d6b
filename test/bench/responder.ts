/** An OCSP responder in a process of its own, which gives answers that were made before: run by `startResponder`. */

import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { serialNumberAsked } from '../../lib/simulator/revocation/ocsp.js';
import { endWithParent, keepConnections } from './child-process.js';

/** Its answers (Base64) by serial number, or a question: how many requests it has had. */
export type ResponderMessage = { answers: [serialNumber: string, answer: string][] } | 'requests';

const answers = new Map<string, Buffer>();
let requests = 0;

endWithParent();
keepConnections();
const server = http.createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    requests++;
    const answer = answers.get(serialNumberAsked(Buffer.concat(chunks)));
    response.writeHead(answer ? 200 : 404, { 'content-type': 'application/ocsp-response' }).end(answer);
  });
});

process.on('message', (message: ResponderMessage) => {
  if (message === 'requests') return void process.send?.(requests);
  for (const [serialNumber, answer] of message.answers) answers.set(serialNumber, Buffer.from(answer, 'base64'));
  process.send?.(answers.size);
});
server.listen(0, '127.0.0.1', () => {
  process.send?.({ ocspUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/ocsp` });
});
