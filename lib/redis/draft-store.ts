/** Documents that wait for their signature, in Redis: any process of a site can go on with any of them. */

import { randomBytes } from 'node:crypto';
import type { DocumentDraft } from '../documents/complete.js';
import type { DraftAdditions, DraftStore } from '../documents/draft-store.js';
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

/** A hash for each draft; what was added is in fields of its own, so that a document is written once. */
const additionFields = ['signature', 'timestamp', 'evidence'] as const;

/** Repeated after an answer that was lost, each of them says the same again. */
const createScript = `
local present = redis.call('HGET', KEYS[1], 'draft')
if present then return present == ARGV[1] and 1 or 0 end
redis.call('HSET', KEYS[1], 'draft', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1`;
const additionNames = `'${additionFields.join("', '")}'`;
const addScript = `
if redis.call('EXISTS', KEYS[1]) == 0 then return false end
for i = 2, #ARGV, 2 do
  redis.call(ARGV[i] == 'timestamp' and 'HSET' or 'HSETNX', KEYS[1], ARGV[i], ARGV[i + 1])
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return redis.call('HMGET', KEYS[1], ${additionNames})`;
const loadScript = `return redis.call('HMGET', KEYS[1], 'draft', ${additionNames})`;
const discardScript = `
if redis.call('HEXISTS', KEYS[1], 'signature') == 1 then return 0 end
return redis.call('DEL', KEYS[1])`;

/** Repeated by the same caller after an answer that was lost, it says the same again. */
const claimScript = `
local present = redis.call('GET', KEYS[1])
if present then return present == ARGV[1] and 1 or 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`;
const removeScript = "return redis.call('DEL', KEYS[1])";

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

  async create(id: string, draft: DocumentDraft, lifetimeMs: number): Promise<boolean> {
    const sealed = this.seal.encrypt(JSON.stringify(draft), this.placeOf(id, 'draft'));
    return (await this.run(createScript, id, [sealed, `${lifetimeMs}`])) === 1;
  }

  async load(id: string): Promise<DocumentDraft | undefined> {
    const [sealed, ...additions] = (await this.run(loadScript, id)) as unknown[];
    const draft = this.opened(sealed, id, 'draft');
    return draft === undefined ? undefined : { ...JSON.parse(draft), ...this.additionsIn(additions, id) };
  }

  async add(id: string, additions: DraftAdditions, lifetimeMs: number): Promise<DraftAdditions | undefined> {
    const sealed = additionFields
      .filter((field) => additions[field] !== undefined)
      .flatMap((field) => [field, this.seal.encrypt(JSON.stringify(additions[field]), this.placeOf(id, field))]);
    const kept = await this.run(addScript, id, [`${lifetimeMs}`, ...sealed]);
    return Array.isArray(kept) ? this.additionsIn(kept, id) : undefined;
  }

  async claim(id: string, lifetimeMs: number): Promise<boolean> {
    const caller = randomBytes(16).toString('base64url');
    return (await this.connection.run(claimScript, [this.claimOf(id)], [caller, `${lifetimeMs}`])) === 1;
  }

  async release(id: string): Promise<void> {
    await this.connection.run(removeScript, [this.claimOf(id)], []);
  }

  async discard(id: string): Promise<void> {
    await this.run(discardScript, id);
  }

  async remove(id: string): Promise<void> {
    await this.run(removeScript, id);
  }

  private run(script: string, id: string, values: readonly string[] = []): Promise<unknown> {
    return this.connection.run(script, [this.keyOf(id)], values);
  }

  /** What cannot be decrypted counts as not there: it is of a secret that was given up, or somebody has changed it. */
  private opened(sealed: unknown, id: string, field: string): string | undefined {
    return typeof sealed === 'string' ? this.seal.decrypt(sealed, this.placeOf(id, field)) : undefined;
  }

  private additionsIn(sealed: readonly unknown[], id: string): DraftAdditions {
    const texts = additionFields.map((field, index) => this.opened(sealed[index], id, field));
    const [signature, timestamp, evidence] = texts.map((text) => (text === undefined ? undefined : JSON.parse(text)));
    return { signature, timestamp, evidence };
  }

  private claimOf(id: string): string {
    return `${this.prefix}completing:${id}`;
  }

  private keyOf(id: string): string {
    return `${this.prefix}draft:${id}`;
  }

  private placeOf(id: string, field: string): string {
    return `${this.keyOf(id)}:${field}`;
  }
}
