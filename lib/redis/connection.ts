/**
 * Commands to Redis, by any of the clients of the `redis` package: tried again for a while, and never waited for
 * longer.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { SmartIdStoreError } from '../shared/errors.js';

/** How one command is sent. */
export interface CommandOptions {
  /** Gives the command up. */
  abortSignal?: AbortSignal;
}

/** The part of `createClient` and `createClientPool` that is used. */
export interface RedisServerClient {
  /** Sends one command and gives its reply. */
  sendCommand(command: string[], options?: CommandOptions): Promise<unknown>;
}

/** The part of `createCluster` that is used, and by which it is known. */
export interface RedisClusterClient {
  /** Sends one command to where the key is, and gives its reply. */
  sendCommand(
    firstKey: string,
    isReadonly: boolean | undefined,
    command: string[],
    options?: CommandOptions,
  ): Promise<unknown>;
  /** Which server has a slot: only clients of a cluster have this. */
  getSlotMaster(slot: number): unknown;
}

/** The part of `createSentinel` that is used, and by which it is known. */
export interface RedisSentinelClient {
  /** Sends one command and gives its reply. */
  sendCommand(isReadonly: boolean | undefined, command: string[], options?: CommandOptions): Promise<unknown>;
  /** Which sentinel is asked: only clients of sentinels have this. */
  getSentinelNode(): unknown;
}

/**
 * A client of the `redis` package: of one server, a pool of those, of a cluster, or of servers that sentinels watch.
 */
export type RedisClient = RedisServerClient | RedisClusterClient | RedisSentinelClient;

/** Between two tries. */
const pauseMs = 100;

/** How long is waited for what a command says. */
export interface ConnectionTimes {
  /** For one try. */
  tryTimeoutMs: number;
  /**
   * For all tries together. Redis may be starting again, another server may take over, the connection may be replaced,
   * or a cluster may be moving what is asked for, which it refuses to read meanwhile.
   */
  timeoutMs: number;
}

const usualTimes: ConnectionTimes = { tryTimeoutMs: 1_500, timeoutMs: 5_000 };

export class RedisConnection {
  private readonly client: RedisClient;
  private readonly times: ConnectionTimes;

  constructor(client: RedisClient, times: ConnectionTimes = usualTimes) {
    this.client = client;
    this.times = times;
  }

  /**
   * Runs a script. It may run twice where the answer is lost.
   * @param keys at least one; a cluster needs the same part in braces in all of them.
   * @throws SmartIdStoreError where Redis cannot be used.
   */
  async run(script: string, keys: readonly string[], values: readonly string[]): Promise<unknown> {
    const command = ['EVAL', script, `${keys.length}`, ...keys, ...values];
    const { tryTimeoutMs, timeoutMs } = this.times;
    const lastTryAt = performance.now() + timeoutMs - tryTimeoutMs;
    for (;;) {
      try {
        return await this.sendOnce(keys[0] as string, command);
      } catch (error) {
        if (performance.now() + pauseMs > lastTryAt) throw new SmartIdStoreError(error);
        await sleep(pauseMs);
      }
    }
  }

  private async sendOnce(firstKey: string, command: string[]): Promise<unknown> {
    const controller = new AbortController();
    const { tryTimeoutMs } = this.times;
    const late = sleep(tryTimeoutMs, undefined, { signal: controller.signal, ref: false }).then(() => {
      throw new Error(`Redis did not answer within ${tryTimeoutMs} ms.`);
    });
    try {
      return await Promise.race([sendBy(this.client, firstKey, command, { abortSignal: controller.signal }), late]);
    } finally {
      // A command that still waits for a connection is not sent any more.
      controller.abort();
      late.catch(() => {});
    }
  }
}

/** Scripts write, so they go to masters. */
function sendBy(client: RedisClient, firstKey: string, command: string[], options: CommandOptions): Promise<unknown> {
  if ('getSlotMaster' in client) return client.sendCommand(firstKey, false, command, options);
  if ('getSentinelNode' in client) return client.sendCommand(false, command, options);
  return client.sendCommand(command, options);
}
