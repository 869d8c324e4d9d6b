import { once } from 'node:events';
import http from 'node:http';
import type { Socket } from 'node:net';
import { expect } from 'chai';
import { createAgent } from '../../lib/rp-api/pinning.js';
import { type Fetch, fetchWith } from '../../lib/shared/http.js';
import { fetchOverKeptConnections } from '../../lib/shared/kept-connections.js';
import { until } from '../support/until.js';

interface Served {
  url: string;
  /** The connection of each request, by a number. */
  connections: number[];
  /** Closes the connection in place of answering, so many times. */
  failures: number;
  /** Closes the connection within the head of the answer, so many times. */
  halves: number;
  /** What is answered in place of what was asked. */
  pieces?: { count: number; bytes: number };
  /** How many connections there are. */
  open: number;
  close(): void;
}

describe('Connections that are kept', () => {
  let served: Served;

  beforeEach(async () => {
    served = await serve();
  });
  afterEach(() => served.close());

  const ways: Record<string, () => Fetch> = {
    'for OCSP': fetchOverKeptConnections,
    'for the RP API': () => fetchWith(createAgent(served.url)),
  };
  for (const [what, make] of Object.entries(ways)) {
    describe(`${what}:`, () => {
      it('serve one request after the other', async () => {
        const fetch = make();
        for (let times = 0; times < 3; times++) expect(await post(fetch)).to.equal('asked');
        expect(served.connections).to.deep.equal([1, 1, 1]);
      });

      it('send a request again, on a new one, where a kept one was closed in that moment', async () => {
        const fetch = make();
        await post(fetch);
        served.failures = 1;
        expect(await post(fetch)).to.equal('asked');
        expect(served.connections).to.deep.equal([1, 1, 2]);
      });

      it('send a request once more and no oftener', async () => {
        const fetch = make();
        await post(fetch);
        served.failures = 2;
        expect(await failureOf(post(fetch))).to.have.property('code', 'ECONNRESET');
        expect(served.connections).to.deep.equal([1, 1, 2]);
      });

      it('send a request once where the connection was new', async () => {
        served.failures = 1;
        expect(await failureOf(post(make()))).to.have.property('code', 'ECONNRESET');
        expect(served.connections).to.deep.equal([1]);
      });

      it('send nothing again of which a part was answered', async () => {
        const fetch = make();
        await post(fetch);
        served.halves = 1;
        expect(await failureOf(post(fetch))).to.be.instanceOf(Error);
        expect(served.connections).to.deep.equal([1, 1]);
      });

      it('send nothing again for who has gone', async () => {
        const fetch = make();
        await post(fetch);
        const controller = new AbortController();
        const posted = failureOf(post(fetch, controller.signal));
        controller.abort();
        expect(await posted).to.have.property('name', 'AbortError');
        expect(served.connections.length).to.be.at.most(2);
      });
    });
  }

  const post = async (fetch = fetchOverKeptConnections(), signal = new AbortController().signal) => {
    const init = { method: 'POST', headers: {}, body: 'asked', redirect: 'error', signal } as const;
    const { body } = await fetch(served.url, init);
    let text = '';
    for await (const chunk of body ?? []) text += String(chunk);
    return text;
  };

  for (const [what, pieces, length] of [
    ['any size, where they are few', 256, 1],
    ['a fair size, however many they are', 5_000, 128],
  ] as const) {
    it(`give an answer in pieces of ${what}`, async () => {
      served.pieces = { count: pieces, bytes: length };
      expect(await post()).to.have.length(pieces * length);
    });
  }

  it('end an answer in many very small pieces soon', async () => {
    served.pieces = { count: 100_000, bytes: 1 };
    expect(await failureOf(post())).to.have.property('code', 'SMALL_PIECES');
    await until(() => served.open === 0, 'the end of the connection');
  });

  it('end an answer that nobody reads on', async () => {
    served.pieces = { count: 100_000, bytes: 1_000 };
    const init = { method: 'POST', headers: {}, redirect: 'error', signal: new AbortController().signal } as const;
    const { body } = await fetchOverKeptConnections()(served.url, init);
    for await (const chunk of body ?? []) if (chunk.length > 0) break;
    await until(() => served.open === 0, 'the end of the connection');
  });
});

function failureOf(posted: Promise<unknown>): Promise<unknown> {
  return posted.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** Each in a chunk of its own, as fast as they are taken. Node 26 itself makes one chunk of many small writes. */
async function sendPieces(socket: Socket, { count, bytes }: { count: number; bytes: number }) {
  const chunk = `${bytes.toString(16)}\r\n${'x'.repeat(bytes)}\r\n`;
  const gone = once(socket, 'close');
  socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
  for (let sent = 0; sent < count && !socket.destroyed; sent++) {
    if (!socket.write(chunk)) await Promise.race([once(socket, 'drain'), gone]);
  }
  socket.end('0\r\n\r\n');
}

async function serve(): Promise<Served> {
  const numbers = new WeakMap<object, number>();
  let count = 0;
  const server = http.createServer((request, response) => {
    served.connections.push(numbers.get(request.socket) ?? 0);
    if (served.failures > 0) {
      served.failures -= 1;
      request.socket.destroy();
    } else if (served.halves > 0) {
      served.halves -= 1;
      request.socket.end('HTTP/1.1 200 OK\r\ncontent-');
    } else if (served.pieces) void sendPieces(request.socket, served.pieces);
    else request.pipe(response);
  });
  server.on('connection', (socket) => {
    numbers.set(socket, ++count);
    served.open += 1;
    socket.once('close', () => {
      served.open -= 1;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const served: Served = {
    url: `http://127.0.0.1:${port}/`,
    connections: [],
    failures: 0,
    halves: 0,
    open: 0,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return served;
}
