/**
 * Texts in Redis. A group has a fixed number of slots, each a key of its own with a time of its own: so there are
 * never more texts than slots, whoever adds one, and a script is told of all keys that it may touch. They have the
 * group in braces, for which a cluster keeps them on one server. A slot holds the key of its text, then what tells
 * apart its revisions, then the encrypted text.
 */

import { createHash, randomBytes } from 'node:crypto';
import { type KeyedTexts, maxOpenAttempts, type TextPlace } from '../attempt/keyed-attempts.js';
import type { Cipher } from './cipher.js';
import type { RedisConnection } from './connection.js';

/** Redis knows who has taken what for as long as somebody may ask again because the answer was lost. */
const takenMemoryMs = 60_000;

/** Redis says false where there is nothing. */
const beginsWith = `
local function begins_with(value, head) return value and string.sub(value, 1, #head) == head end`;

/**
 * An empty slot has less time left than any other. Repeated after an answer that was lost, it finds its own slot
 * again.
 */
const addScript = `${beginsWith}
local chosen, least
for _, slot in ipairs(KEYS) do
  local left = redis.call('PTTL', slot)
  if begins_with(redis.call('GET', slot), ARGV[1]) then left = -3 end
  if not least or left < least then chosen, least = slot, left end
end
redis.call('SET', chosen, ARGV[2], 'PX', ARGV[3])
return 1`;

const getScript = `${beginsWith}
for _, slot in ipairs(KEYS) do
  local present = redis.call('GET', slot)
  if begins_with(present, ARGV[1]) then return present end
end
return false`;

/**
 * Repeated by the same caller after an answer that was lost, it says the same again: no other encrypted text is like
 * this one.
 */
const replaceScript = `${beginsWith}
for _, slot in ipairs(KEYS) do
  local present = redis.call('GET', slot)
  if present == ARGV[2] then return 1 end
  if begins_with(present, ARGV[1]) then
    redis.call('SET', slot, ARGV[2], 'PX', ARGV[3])
    return 1
  end
end
return 0`;

/**
 * The last key is for who has taken it. Repeated by the same caller after an answer that was lost, it gives the same
 * again.
 */
const takeScript = `${beginsWith}
local memory = KEYS[#KEYS]
for index = 1, #KEYS - 1 do
  local present = redis.call('GET', KEYS[index])
  if begins_with(present, ARGV[1]) then
    redis.call('DEL', KEYS[index])
    redis.call('SET', memory, ARGV[2] .. present, 'PX', ARGV[3])
    return present
  end
end
local taken = redis.call('GET', memory)
if begins_with(taken, ARGV[2]) then return string.sub(taken, #ARGV[2] + 1) end
return false`;

export class RedisTexts implements KeyedTexts {
  private readonly connection: RedisConnection;
  private readonly prefix: string;
  private readonly cipher: Cipher;

  constructor(connection: RedisConnection, prefix: string, cipher: Cipher) {
    this.connection = connection;
    this.prefix = prefix;
    this.cipher = cipher;
  }

  async add({ group, key }: TextPlace, text: string, lifetimeMs: number): Promise<void> {
    await this.connection.run(addScript, this.slotsOf(group), [key, this.valueOf(key, text), `${lifetimeMs}`]);
  }

  async get({ group, key }: TextPlace): Promise<string | undefined> {
    return this.textOf(key, await this.connection.run(getScript, this.slotsOf(group), [key]));
  }

  async replace({ group, key }: TextPlace, before: string, after: string, lifetimeMs: number): Promise<boolean> {
    const values = [key + revisionOf(before), this.valueOf(key, after), `${lifetimeMs}`];
    return (await this.connection.run(replaceScript, this.slotsOf(group), values)) === 1;
  }

  async take({ group, key }: TextPlace): Promise<string | undefined> {
    const keys = [...this.slotsOf(group), `${this.tagOf(group)}:taken:${key}`];
    const caller = randomBytes(16).toString('base64url');
    return this.textOf(key, await this.connection.run(takeScript, keys, [key, caller, `${takenMemoryMs}`]));
  }

  private tagOf(group: string): string {
    return `${this.prefix}{${group}}`;
  }

  private slotsOf(group: string): string[] {
    return Array.from({ length: maxOpenAttempts }, (_, slot) => `${this.tagOf(group)}:${slot}`);
  }

  private valueOf(key: string, text: string): string {
    return key + revisionOf(text) + this.cipher.encrypt(text, key);
  }

  /** What cannot be decrypted counts as not there: it is of a secret that was given up, or somebody has changed it. */
  private textOf(key: string, value: unknown): string | undefined {
    return typeof value === 'string' ? this.cipher.decrypt(value.slice(key.length + revisionLength), key) : undefined;
  }
}

/** Tells apart what a slot has held, and nothing of it: an attempt is full of random numbers. */
function revisionOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

const revisionLength = revisionOf('').length;
