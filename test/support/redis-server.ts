/** A `redis-server` of our own on a free port, and a way to it that can be cut or made slow. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { skipForWantOfTool } from './skip.js';
import { until } from './until.js';

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Each change is on the disk before it is answered, so that a server that was killed goes on with it. */
export const durable: readonly string[] = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''];

export class RedisServer {
  private process: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly options: readonly string[],
  ) {}

  /** Starts one, or skips the tests of the calling hook where there is none; with `CI=true` that is a failure. */
  static async start(test: Mocha.Context): Promise<RedisServer> {
    RedisServer.require(test);
    return RedisServer.launch();
  }

  /** Skips the tests of the calling hook where there is no `redis-server`; with `CI=true` that is a failure. */
  static require(test: Mocha.Context): void {
    if (spawnSync('redis-server', ['--version']).status !== 0) {
      skipForWantOfTool('redis-server', 'install it to run the tests of several processes', test);
    }
  }

  /** Starts one where there is a `redis-server`. */
  static async launch(options: readonly string[] = durable): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), mkdtempSync(path.join(tmpdir(), 'redis-')), options);
    await server.run();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async run(): Promise<void> {
    const place = ['--port', `${this.port}`, '--dir', this.folder, '--bind', '127.0.0.1'];
    this.process = spawn('redis-server', [...this.options, ...place], { stdio: 'ignore' });
    await until(() => this.isReached(), 'a redis-server');
  }

  async kill(): Promise<void> {
    const { process } = this;
    if (!process) return;
    this.process = undefined;
    const ended = new Promise((resolve) => process.once('exit', resolve));
    process.kill('SIGKILL');
    await ended;
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private isReached(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = createConnection(this.port, '127.0.0.1');
      socket.once('error', () => resolve(false));
      socket.once('data', () => resolve(true));
      socket.once('data', () => socket.destroy());
      socket.write('PING\r\n');
    });
  }
}

/** Stands between a client and the server. */
export class RedisWay {
  /** Milliseconds by which each answer is held back. */
  delay = 0;
  /** The next command of this name is carried out, but its answer is lost together with the connection. */
  answerToLose: string | undefined;
  private readonly sockets = new Set<Socket>();
  private readonly server = createServer((socket) => this.pass(socket));

  private constructor(private readonly port: number) {}

  static async to({ port }: RedisServer): Promise<RedisWay> {
    const way = new RedisWay(port);
    await new Promise<void>((resolve) => way.server.listen(0, '127.0.0.1', resolve));
    return way;
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Cuts all connections. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  close(): void {
    this.server.close();
    this.cut();
  }

  private pass(client: Socket): void {
    const server = createConnection(this.port, '127.0.0.1');
    const end = () => {
      client.destroy();
      server.destroy();
      this.sockets.delete(client);
    };
    this.sockets.add(client);
    for (const socket of [client, server]) socket.on('error', end).on('close', end);
    let isLosing = false;
    client.on('data', (bytes) => {
      if (this.answerToLose && bytes.includes(this.answerToLose)) {
        this.answerToLose = undefined;
        isLosing = true;
      }
      server.write(bytes);
    });
    server.on('data', (bytes) => {
      if (isLosing) end();
      else setTimeout(() => client.destroyed || client.write(bytes), this.delay);
    });
  }
}
