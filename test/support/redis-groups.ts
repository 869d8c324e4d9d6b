/**
 * Several `redis-server`s of our own: a cluster of three masters, and a master with a replica that a sentinel
 * watches.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createClient } from 'redis';
import { durable, freePort, RedisServer } from './redis-server.js';
import { until } from './until.js';

const slotCount = 16_384;

/** One command to one server, whatever it is part of. */
export async function send({ url }: RedisServer, ...command: string[]): Promise<unknown> {
  const client = await createClient({ url, RESP: 2 })
    .on('error', () => {})
    .connect();
  try {
    return await client.sendCommand(command);
  } finally {
    client.destroy();
  }
}

export class RedisClusterServers {
  private constructor(readonly servers: readonly RedisServer[]) {}

  /** Starts one, or skips the tests of the calling hook where there is no `redis-server`. */
  static async start(test: Mocha.Context): Promise<RedisClusterServers> {
    RedisServer.require(test);
    const busPorts: number[] = [];
    const servers: RedisServer[] = [];
    for (let count = 0; count < 3; count++) {
      const busPort = await freePort();
      busPorts.push(busPort);
      servers.push(await RedisServer.launch([...durable, '--cluster-enabled', 'yes', '--cluster-port', `${busPort}`]));
    }
    const firstSlot = (index: number) => Math.round((slotCount * index) / servers.length);
    for (const [index, server] of servers.entries()) {
      await send(server, 'CLUSTER', 'ADDSLOTSRANGE', `${firstSlot(index)}`, `${firstSlot(index + 1) - 1}`);
      await send(server, 'CLUSTER', 'SET-CONFIG-EPOCH', `${index + 1}`);
    }
    for (const [index, { port }] of servers.entries()) {
      if (index > 0) {
        await send(servers[0] as RedisServer, 'CLUSTER', 'MEET', '127.0.0.1', `${port}`, `${busPorts[index]}`);
      }
    }
    const cluster = new RedisClusterServers(servers);
    await until(() => cluster.isWhole(), 'a cluster', 20_000);
    return cluster;
  }

  get rootNodes(): { url: string }[] {
    return this.servers.map(({ url }) => ({ url }));
  }

  /**
   * Moves the slot of a key to another server, with all that is in it. Who knows only the old one is told where it is.
   * @param whileMoving what is done when the keys have moved, and neither server is asked to serve them yet.
   */
  async moveSlotOf(key: string, whileMoving: () => Promise<void>): Promise<void> {
    const [someone] = this.servers as [RedisServer];
    const slot = `${await send(someone, 'CLUSTER', 'KEYSLOT', key)}`;
    const ids = await Promise.all(this.servers.map(async (server) => `${await send(server, 'CLUSTER', 'MYID')}`));
    const counts = await Promise.all(
      this.servers.map(async (server) => Number(await send(server, 'CLUSTER', 'COUNTKEYSINSLOT', slot))),
    );
    const from = counts.findIndex((count) => count > 0);
    const to = (from + 1) % this.servers.length;
    const [source, target] = [this.servers[from], this.servers[to]] as [RedisServer, RedisServer];
    await send(target, 'CLUSTER', 'SETSLOT', slot, 'IMPORTING', ids[from] as string);
    await send(source, 'CLUSTER', 'SETSLOT', slot, 'MIGRATING', ids[to] as string);
    const keys = (await send(source, 'CLUSTER', 'GETKEYSINSLOT', slot, '1000')) as string[];
    await send(source, 'MIGRATE', '127.0.0.1', `${target.port}`, '', '0', '5000', 'KEYS', ...keys);
    await whileMoving();
    for (const server of [target, source]) await send(server, 'CLUSTER', 'SETSLOT', slot, 'NODE', ids[to] as string);
  }

  async close(): Promise<void> {
    for (const server of this.servers) await server.close();
  }

  private async isWhole(): Promise<boolean> {
    const told = await Promise.all(this.servers.map((server) => send(server, 'CLUSTER', 'INFO')));
    return told.every(
      (info) => `${info}`.includes('cluster_state:ok') && `${info}`.includes(`cluster_known_nodes:${told.length}`),
    );
  }
}

const masterName = 'attempts';

export class RedisSentinelServers {
  private constructor(
    readonly master: RedisServer,
    readonly replica: RedisServer,
    readonly sentinel: RedisServer,
    private readonly folder: string,
  ) {}

  /** Starts one, or skips the tests of the calling hook where there is no `redis-server`. */
  static async start(test: Mocha.Context): Promise<RedisSentinelServers> {
    RedisServer.require(test);
    const master = await RedisServer.launch();
    const replica = await RedisServer.launch([...durable, '--replicaof', `127.0.0.1 ${master.port}`]);
    const folder = mkdtempSync(path.join(tmpdir(), 'sentinel-'));
    // A sentinel notes in its file what it learns.
    const file = path.join(folder, 'sentinel.conf');
    const settings = [
      `sentinel monitor ${masterName} 127.0.0.1 ${master.port} 1`,
      `sentinel down-after-milliseconds ${masterName} 500`,
      `sentinel failover-timeout ${masterName} 5000`,
    ];
    writeFileSync(file, settings.join('\n'));
    const sentinel = await RedisServer.launch([file, '--sentinel']);
    const group = new RedisSentinelServers(master, replica, sentinel, folder);
    await until(() => group.isWhole(), 'a sentinel that knows a replica', 30_000);
    return group;
  }

  get options() {
    return { name: masterName, sentinelRootNodes: [{ host: '127.0.0.1', port: this.sentinel.port }] };
  }

  get servers(): readonly RedisServer[] {
    return [this.master, this.replica];
  }

  /** Kills the master once the replica has all that it has. */
  async killMaster(): Promise<void> {
    const offset = async (server: RedisServer) =>
      /(?:master_repl_offset|slave_repl_offset):(\d+)/.exec(`${await send(server, 'INFO', 'replication')}`)?.[1];
    await until(async () => (await offset(this.master)) === (await offset(this.replica)), 'the replica');
    await this.master.kill();
  }

  async close(): Promise<void> {
    for (const server of [this.sentinel, this.replica, this.master]) await server.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async isWhole(): Promise<boolean> {
    const replicas = (await send(this.sentinel, 'SENTINEL', 'REPLICAS', masterName)) as string[][];
    const isInSync = `${await send(this.replica, 'INFO', 'replication')}`.includes('master_link_status:up');
    return isInSync && replicas.length === 1 && `${replicas[0]}`.includes('master-link-status,ok');
  }
}
