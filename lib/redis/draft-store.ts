/** Documents that wait for their signature, in Redis: any process of a site can go on with any of them. */

import type { DocumentDraft } from '../documents/complete.js';
import type { DraftStore } from '../documents/draft-store.js';
import { type RedisClient, RedisConnection } from './connection.js';
import { checkOptions } from './redis-store.js';
import { Seal } from './seal.js';

/** What `RedisDraftStore` is told. */
export interface RedisDraftStoreOptions {
  /** Connected by the site, which also listens to its `error` events. */
  client: RedisClient;
  /** At least 32 characters; or several, of which the first encrypts and all decrypt, so that it can be replaced. */
  secret: string | readonly string[];
  /** What the names of the keys begin with. Default `smart-id:`. */
  prefix?: string;
}

/** A draft is as large as its document: longer than a command about an attempt may take. */
const times = { tryTimeoutMs: 10_000, timeoutMs: 30_000 };

/** The `store` of `SmartIdDocuments`. Drafts are encrypted, and take about twice the room of their document. */
export class RedisDraftStore implements DraftStore {
  private readonly connection: RedisConnection;
  private readonly prefix: string;
  private readonly seal: Seal;

  /** @throws SmartIdInputError naming the option and the rule it breaks. */
  constructor(options: RedisDraftStoreOptions) {
    checkOptions(options);
    const { client, secret, prefix = 'smart-id:' } = options;
    this.connection = new RedisConnection(client, times);
    this.prefix = prefix;
    this.seal = new Seal([secret].flat(), 'drafts');
  }

  async save(id: string, draft: DocumentDraft, lifetimeMs: number): Promise<void> {
    const place = this.placeOf(id);
    const encrypted = this.seal.encrypt(JSON.stringify(draft), place);
    await this.connection.run(
      "return redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])",
      [place],
      [encrypted, `${lifetimeMs}`],
    );
  }

  async load(id: string): Promise<DocumentDraft | undefined> {
    const place = this.placeOf(id);
    const encrypted = await this.connection.run("return redis.call('GET', KEYS[1])", [place], []);
    // What cannot be decrypted counts as not there: it is of a secret that was given up, or somebody has changed it.
    const text = typeof encrypted === 'string' ? this.seal.decrypt(encrypted, place) : undefined;
    return text === undefined ? undefined : JSON.parse(text);
  }

  async remove(id: string): Promise<void> {
    await this.connection.run("return redis.call('DEL', KEYS[1])", [this.placeOf(id)], []);
  }

  private placeOf(id: string): string {
    return `${this.prefix}draft:${id}`;
  }
}
