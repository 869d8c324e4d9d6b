/** A visitor of the bench's site: one cookie, few bytes, as fast as a client can be. */

import http from 'node:http';

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

  /** Server-sent events, each as it comes. Returns what closes them. */
  listen(path: string, hear: (data: string) => void): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const request = http.get(this.origin + path, { headers: { cookie: this.cookie }, agent: false }, (response) => {
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          for (const event of part.split('\n\n')) if (event.startsWith('data: ')) hear(event.slice(6));
        });
        response.on('error', () => {});
        resolve(() => request.destroy());
      });
      request.on('error', reject);
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
