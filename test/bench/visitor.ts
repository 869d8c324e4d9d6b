/** A visitor of the bench's site: one cookie, few bytes, as fast as a client can be. */

import http from 'node:http';
import { connect } from 'node:net';

const agent = new http.Agent({ keepAlive: true, maxSockets: 100 });

export class Visitor {
  private cookie = '';

  constructor(private readonly origin: string) {}

  async send(method: 'GET' | 'POST', path: string, body?: object): Promise<{ status: number; body: any }> {
    const headers = { cookie: this.cookie, ...(body ? { 'content-type': 'application/json' } : {}) };
    return new Promise((resolve, reject) => {
      const request = http.request(this.origin + path, { method, headers, agent }, (response) => {
        const [set] = response.headers['set-cookie'] ?? [];
        if (set) this.cookie = set.split(';')[0] ?? '';
        let text = '';
        response.on('data', (part) => {
          text += part;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text ? JSON.parse(text) : null }));
      });
      request.on('error', reject);
      request.end(body && JSON.stringify(body));
    });
  }

  /**
   * Server-sent events, of which nothing is read but that they came: a client that parsed ten thousand each second would be what is
   * measured. Returns what closes them.
   */
  listen(path: string, hear: (data: Buffer) => void): Promise<() => void> {
    const { host, hostname, port } = new URL(this.origin);
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nCookie: ${this.cookie}\r\n\r\n`);
      });
      socket.once('error', reject);
      socket.once('data', (head) => {
        if (!head.toString('latin1', 0, 15).startsWith('HTTP/1.1 200 ')) return reject(new Error(head.toString()));
        if (head.includes('\ndata: ')) hear(head);
        socket.on('data', hear);
        resolve(() => socket.destroy());
      });
    });
  }
}

/** Does the work for each of so many, a few at a time. */
export async function forEach<T>(count: number, atOnce: number, work: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = new Array(count);
  let next = 0;
  const go = async () => {
    for (let index = next++; index < count; index = next++) results[index] = await work(index);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, go));
  return results;
}
