/**
 * What can go wrong between a relying party and the service, on demand: tests add a fault, and the next fitting
 * requests to the RP API meet it in place of, or on top of, the normal answer.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { RequestHandler, Response } from 'express';
import { problemBody, statusesWithoutBody } from './problem.js';

/** One thing that goes wrong in the simulated service. */
export interface Fault {
  /** Requests that create a session, requests for a session's status, or both. */
  on: 'create' | 'session' | 'any';
  /** How many requests meet it; all of them until it is removed otherwise. */
  times?: number;
  /** Milliseconds to wait before anything else. */
  delay?: number;
  /** Cut the connection without an answer. */
  drop?: true;
  /**
   * Answer with this status. Without a `body` it is a problem from 400 on, empty below, and empty for the statuses
   * whose answers have no body in the description of the service: 401, 480 and 580.
   */
  status?: number;
  /** More headers of the answer. */
  headers?: Record<string, string>;
  /** Answer with this. A string goes out as it is; `endless` is a body that never ends. */
  body?: string | object;
  /** Change the JSON body of the normal answer. */
  // biome-ignore lint/suspicious/noExplicitAny: a test changes any field of any body, whatever its type says
  tamper?: (body: any) => unknown;
}

/** What goes wrong in the simulated service, until it is cleared or was as often as asked for. */
export class Faults {
  private readonly pending: { fault: Fault; left: number }[] = [];

  /** Where several faults fit a request, the one added first acts, alone. Returns a function that removes it. */
  add(fault: Fault): () => void {
    const entry = { fault, left: fault.times ?? Number.POSITIVE_INFINITY };
    this.pending.push(entry);
    return () => {
      entry.left = 0;
    };
  }

  /** Nothing goes wrong any more. */
  clear(): void {
    this.pending.length = 0;
  }

  /** The fault of the next request of a kind, which is counted. */
  take(kind: 'create' | 'session'): Fault | undefined {
    const entry = this.pending.find(({ fault, left }) => left > 0 && (fault.on === 'any' || fault.on === kind));
    if (entry) entry.left -= 1;
    return entry?.fault;
  }
}

export function faultyBehaviour(faults: Faults): RequestHandler {
  return async (request, response, next) => {
    const fault = faults.take(request.method === 'GET' ? 'session' : 'create');
    if (!fault) return next();
    if (fault.delay) await wait(fault.delay, undefined, { ref: false });
    if (fault.drop) return void response.destroy();
    // Not by Express, which would complete them.
    for (const [name, value] of Object.entries(fault.headers ?? {})) response.setHeader(name, value);
    if (fault.status === undefined && fault.body === undefined) {
      if (fault.tamper) tamperWithJson(response, fault.tamper);
      return next();
    }
    response.status(fault.status ?? 200);
    if (fault.body === 'endless') return streamForever(response);
    sendBody(response, fault.body);
  };
}

function sendBody(response: Response, body: string | object | undefined): void {
  const { statusCode } = response;
  if (!response.hasHeader('content-type')) response.type('application/json');
  const isProblem = statusCode >= 400 && !statusesWithoutBody.includes(statusCode);
  if (body === undefined && !isProblem) return void response.end();
  const content = body ?? problemBody(statusCode, 'A fault that was asked for.');
  response.end(typeof content === 'string' ? content : JSON.stringify(content));
}

function tamperWithJson(response: Response, tamper: (body: unknown) => unknown): void {
  const send = response.json.bind(response);
  // A copy, because the body may be the session's own record: a tampered answer must not change the next one.
  response.json = (body: unknown) => send(tamper(structuredClone(body)));
}

function streamForever(response: Response): void {
  response.type('application/json').write('{"padding":"');
  const chunk = 'x'.repeat(16 * 1024);
  const pour = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', pour);
  pour();
}
