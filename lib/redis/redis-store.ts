/** Attempts in Redis: any process of a site can go on with any of them, and exactly one ends it. */

import { createHash, randomBytes } from 'node:crypto';
import { KeyedAttemptStore, type KeyedTexts } from '../attempt/keyed-store.js';
import type { AttemptLimits } from '../attempt/start-limit.js';
import { SmartIdInputError } from '../errors.js';
import { type RedisClient, RedisConnection } from './connection.js';
import { RedisLimits } from './redis-limits.js';
import { Seal } from './seal.js';

export interface RedisAttemptStoreOptions {
  /** Connected by the site, which also listens to its `error` events. */
  client: RedisClient;
  /** At least 32 characters; or several, of which the first encrypts and all decrypt, so that it can be replaced. */
  secret: string | readonly string[];
  /** What the names of the keys begin with. Default `smart-id:`. */
  prefix?: string;
  /** Milliseconds since the epoch, for tests. Default `Date.now`. */
  clock?: () => number;
}

/** Milliseconds for which Redis knows who has taken what: as long as somebody may ask again because the answer was lost. */
const memory = 60_000;

/** Repeated by the same caller after an answer that was lost, it says the same again: no other sealed text is like his. */
const replaceScript = `
local present = redis.call('GET', KEYS[1])
if not present then return 0 end
if present == ARGV[2] then return 1 end
if string.sub(present, 1, #ARGV[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1`;

/** Repeated by the same caller after an answer that was lost, it gives the same again. */
const takeScript = `
local present = redis.call('GETDEL', KEYS[1])
if present then redis.call('SET', KEYS[2], ARGV[1] .. present, 'PX', ARGV[2]) return present end
local taken = redis.call('GET', KEYS[2])
if taken and string.sub(taken, 1, #ARGV[1]) == ARGV[1] then return string.sub(taken, #ARGV[1] + 1) end
return false`;

class RedisTexts implements KeyedTexts {
  private readonly connection: RedisConnection;
  private readonly prefix: string;
  private readonly seal: Seal;

  constructor(connection: RedisConnection, prefix: string, secrets: readonly string[]) {
    this.connection = connection;
    this.prefix = prefix;
    this.seal = new Seal(secrets);
  }

  async set(key: string, text: string, milliseconds: number): Promise<void> {
    const place = this.placeOf(key);
    await this.connection.send(place, ['SET', place, this.valueOf(key, text), 'PX', `${milliseconds}`]);
  }

  async get(key: string): Promise<string | undefined> {
    const place = this.placeOf(key);
    return this.textOf(key, await this.connection.send(place, ['GET', place]));
  }

  async replace(key: string, before: string, after: string, milliseconds: number): Promise<boolean> {
    const values = [revisionOf(before), this.valueOf(key, after), `${milliseconds}`];
    return (await this.connection.run(replaceScript, [this.placeOf(key)], values)) === 1;
  }

  async take(key: string): Promise<string | undefined> {
    const place = this.placeOf(key);
    const caller = randomBytes(16).toString('base64url');
    return this.textOf(key, await this.connection.run(takeScript, [place, `${place}:taken`], [caller, `${memory}`]));
  }

  /** In braces, for which a cluster keeps all that belongs to one key on one server. */
  private placeOf(key: string): string {
    return `${this.prefix}{${key}}`;
  }

  private valueOf(key: string, text: string): string {
    return revisionOf(text) + this.seal.close(text, key);
  }

  /** What cannot be opened counts as not there: it is of a secret that was given up, or somebody has changed it. */
  private textOf(key: string, value: unknown): string | undefined {
    return typeof value === 'string' ? this.seal.open(value.slice(revisionLength), key) : undefined;
  }
}

/** Tells apart what a key has held, and nothing of it: an attempt is full of random numbers. */
function revisionOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

const revisionLength = revisionOf('').length;

export class RedisAttemptStore extends KeyedAttemptStore {
  readonly limits: AttemptLimits;

  /** @throws SmartIdInputError naming the option and the rule it breaks. */
  constructor(options: RedisAttemptStoreOptions) {
    checkOptions(options);
    const { client, secret, prefix = 'smart-id:', clock } = options;
    const [newest, ...older] = [secret].flat() as [string, ...string[]];
    const connection = new RedisConnection(client);
    super(new RedisTexts(connection, prefix, [newest, ...older]), clock);
    this.limits = new RedisLimits(connection, prefix, newest);
  }
}

function checkOptions({ client, secret, prefix, clock }: RedisAttemptStoreOptions): void {
  if (typeof client?.sendCommand !== 'function') {
    throw new SmartIdInputError('client', "must be a client of the package 'redis'.");
  }
  const secrets: unknown[] = [secret].flat();
  if (secrets.length === 0 || !secrets.every((each) => typeof each === 'string' && each.length >= 32)) {
    throw new SmartIdInputError('secret', 'must be a text of at least 32 characters, or several.');
  }
  if (prefix !== undefined && typeof prefix !== 'string') throw new SmartIdInputError('prefix', 'must be a text.');
  if (clock !== undefined && typeof clock !== 'function') throw new SmartIdInputError('clock', 'must be a function.');
}
