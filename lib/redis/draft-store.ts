/** Documents that wait for their signature, in Redis: any process of a site can go on with any of them. */

import { randomBytes } from 'node:crypto';
import type { DocumentDraft } from '../documents/complete.js';
import type { DraftAdditions, DraftStore } from '../documents/draft-store.js';
import { SmartIdStoreError } from '../shared/errors.js';
import { Cipher } from './cipher.js';
import { type RedisClient, RedisConnection } from './connection.js';
import { type DraftHead, putTogether, takeApart } from './draft-parts.js';
import { checkOptions } from './redis-store.js';

/** What `RedisDraftStore` is told. */
export interface RedisDraftStoreOptions {
  /** Connected by the site, which also listens to its `error` events. */
  client: RedisClient;
  /** At least 32 characters; or several, of which the first encrypts and all decrypt, so that it can be replaced. */
  secret: string | readonly string[];
  /**
   * What the names of the keys begin with.
   * @default `'smart-id:'`
   */
  prefix?: string;
}

/** A part of a draft is larger than an attempt, and there are many: they may take longer. */
const times = { tryTimeoutMs: 10_000, timeoutMs: 30_000 };

/**
 * A hash for each draft. Its field `draft` is written last and names the parts, so that what has it is whole; what was
 * added is in fields of its own.
 */
const additionFields = ['signature', 'timestamp', 'evidence'] as const;

/** Repeated after an answer that was lost, each of them says the same again. */
const addPartScript = `
if redis.call('HEXISTS', KEYS[1], 'draft') == 1 then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1`;
/** Beside another draft, nothing of this one stays. */
const createScript = `
local present = redis.call('HGET', KEYS[1], 'draft')
if present then
  if present == ARGV[1] then return 'created' end
  for i = 3, #ARGV do redis.call('HDEL', KEYS[1], ARGV[i]) end
  return 'another'
end
for i = 3, #ARGV do
  if redis.call('HEXISTS', KEYS[1], ARGV[i]) == 0 then return 'incomplete' end
end
redis.call('HSET', KEYS[1], 'draft', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 'created'`;
const loadPartScript = "return redis.call('HGET', KEYS[1], ARGV[1])";
const additionNames = `'${additionFields.join("', '")}'`;
const addScript = `
if redis.call('HEXISTS', KEYS[1], 'draft') == 0 then return false end
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

/** What the field `draft` has. */
interface KeptHead extends DraftHead {
  /** Tells apart the parts of two that come at the same time, and those of this draft from any other's. */
  upload: string;
  partCount: number;
}

const partName = (upload: string, index: number) => `part:${upload}:${index}`;

/** The `store` of `SmartIdDocuments`. Drafts are encrypted, and take about twice the room of their document. */
export class RedisDraftStore implements DraftStore {
  private readonly connection: RedisConnection;
  private readonly prefix: string;
  private readonly cipher: Cipher;

  /** @throws SmartIdInputError naming the option and the rule it breaks. */
  constructor(options: RedisDraftStoreOptions) {
    checkOptions(options);
    const { client, secret, prefix = 'smart-id:' } = options;
    this.connection = new RedisConnection(client, times);
    this.prefix = prefix;
    this.cipher = new Cipher([secret].flat(), 'drafts');
  }

  async create(id: string, draft: DocumentDraft, lifetimeMs: number): Promise<boolean> {
    const { head, parts } = takeApart(draft);
    const upload = randomBytes(16).toString('base64url');
    const names: string[] = [];
    for (const part of parts) {
      const name = partName(upload, names.length);
      names.push(name);
      // Where there is another draft, the script below says so.
      if ((await this.run(addPartScript, id, [name, this.encrypted(part, id, name), `${lifetimeMs}`])) !== 1) break;
    }
    const encrypted = this.encrypted({ ...head, upload, partCount: names.length } satisfies KeptHead, id, 'draft');
    const outcome = await this.run(createScript, id, [encrypted, `${lifetimeMs}`, ...names]);
    if (outcome === 'incomplete') throw new SmartIdStoreError(new Error('Parts of a draft went away meanwhile.'));
    return outcome === 'created';
  }

  async load(id: string): Promise<DocumentDraft | undefined> {
    const [encrypted, ...additions] = (await this.run(loadScript, id)) as unknown[];
    const head = this.opened(encrypted, id, 'draft') as KeptHead | undefined;
    if (!head) return undefined;
    const parts: string[] = [];
    while (parts.length < head.partCount) {
      const name = partName(head.upload, parts.length);
      const part = this.opened(await this.run(loadPartScript, id, [name]), id, name) as string | undefined;
      // Removed meanwhile.
      if (part === undefined) return undefined;
      parts.push(part);
    }
    return { ...putTogether(head, parts), ...this.additionsIn(additions, id) };
  }

  async add(id: string, additions: DraftAdditions, lifetimeMs: number): Promise<DraftAdditions | undefined> {
    const encrypted = additionFields
      .filter((field) => additions[field] !== undefined)
      .flatMap((field) => [field, this.encrypted(additions[field], id, field)]);
    const kept = await this.run(addScript, id, [`${lifetimeMs}`, ...encrypted]);
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

  private encrypted(value: unknown, id: string, field: string): string {
    return this.cipher.encrypt(JSON.stringify(value), this.placeOf(id, field));
  }

  /** What cannot be decrypted counts as not there: it is of a secret that was given up, or somebody has changed it. */
  private opened(encrypted: unknown, id: string, field: string): unknown {
    const text = typeof encrypted === 'string' ? this.cipher.decrypt(encrypted, this.placeOf(id, field)) : undefined;
    return text === undefined ? undefined : JSON.parse(text);
  }

  private additionsIn(encrypted: readonly unknown[], id: string): DraftAdditions {
    const additions = additionFields.map((field, index) => [field, this.opened(encrypted[index], id, field)]);
    return Object.fromEntries(additions);
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
