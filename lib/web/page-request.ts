/**
 * A request to the pages and its answer as plain values. The edges make them of what their framework has, and nobody
 * else knows one.
 */

import type { IncomingHttpHeaders } from 'node:http';
import { answerHeaders } from '../attempt/answer-headers.js';
import type { ViewListener } from '../attempt/live-view.js';
import { fieldsIn } from '../attempt/parameters.js';
import type { AttemptView } from '../attempt/view.js';
import { policyHeader } from './headers.js';

/** @typeParam Site the framework's own request, which the functions of the site get. */
export interface PageRequest<Site> {
  method: string;
  /** Below the folder of the pages, without the query: `/start`. */
  path: string;
  /** The path and the query with which the framework got it. */
  originalUrl: string;
  query: Record<string, unknown>;
  headers: IncomingHttpHeaders;
  /** The host and port that the visitor asked for, as far as the framework knows. */
  host: string | undefined;
  /** What was sent; empty where nothing was. */
  body: Record<string, unknown>;
  site: Site;
}

/** A request whose body was not read yet. */
export type PageSource<Site> = Omit<PageRequest<Site>, 'body'> & {
  /** The fields that were sent. @throws BodyError. */
  readBody(): Promise<Record<string, unknown>>;
};

/** The body of a request cannot be read. */
export class BodyError extends Error {
  constructor(readonly status: 400 | 413 | 415) {
    super('The body of the request cannot be read.');
  }
}

export interface PageAnswer {
  status: number;
  headers: Record<string, string>;
  /** Values of Set-Cookie. */
  cookies?: string[];
  /** What the site adds to the answer, where its framework has no other way. */
  extraHeaders?: Headers;
  body?: string | Uint8Array;
  /** Whether a Content-Security-Policy that the site has set before stays in place of this one. */
  keepsSitePolicy?: boolean;
  /**
   * In place of a body: shows views to a listener that the edge makes. Where there is nothing to show, none is made,
   * and this is the answer instead.
   */
  events?(createListener: (textOf: (view: AttemptView) => string) => ViewListener): Promise<PageAnswer | undefined>;
}

/** The largest body of a request: a personal code, an address and a few names. */
export const maxBodyBytes = 8 * 1024;

/** Whether a form was sent, as by a page without its script. */
export function isForm({ method, headers }: Pick<PageRequest<unknown>, 'method' | 'headers'>): boolean {
  return method === 'POST' && mediaTypeOf(headers) === 'application/x-www-form-urlencoded';
}

export function mediaTypeOf(headers: IncomingHttpHeaders): string | undefined {
  return headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
}

/** @throws BodyError when it is neither JSON nor a form, or not well-formed. */
export function parseBody(headers: IncomingHttpHeaders, text: string): Record<string, unknown> {
  const type = mediaTypeOf(headers);
  if (type === 'application/x-www-form-urlencoded') return fieldsIn(new URLSearchParams(text));
  if (text === '') return {};
  if (type !== 'application/json') throw new BodyError(415);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new BodyError(400);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new BodyError(400);
  return value as Record<string, unknown>;
}

/**
 * An address without its query, and as it was sent: brought into another form, such as without `..`, it could be one
 * that handlers of the site before the page have not seen, such as a limit of its own for `/login/start`.
 */
export function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? '';
}

export function queryOf(url: string): Record<string, unknown> {
  return fieldsIn(new URLSearchParams(url.slice(pathOf(url).length)));
}

/**
 * The headers to set, for a response that may have some already.
 * @param isSet whether the site has set a header of this name before.
 */
export function headersToSet(
  { headers, keepsSitePolicy = false }: PageAnswer,
  isSet: (name: string) => boolean,
): [name: string, value: string][] {
  return Object.entries(headers).filter(([name]) => !(keepsSitePolicy && name === policyHeader && isSet(name)));
}

export function jsonAnswer(status: number, value: object, headers: Record<string, string> = {}): PageAnswer {
  return {
    status,
    headers: { ...answerHeaders, 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(value),
  };
}

export function htmlAnswer(status: number, html: string, headers: Record<string, string> = {}): PageAnswer {
  return { status, headers: { ...answerHeaders, 'content-type': 'text/html; charset=utf-8', ...headers }, body: html };
}

/** @param status 303 after a form, so that the browser goes on with GET. */
export function redirectAnswer(location: string, status: 302 | 303 = 303): PageAnswer {
  return { status, headers: { ...answerHeaders, location: encodeLocation(location) } };
}

/** What a header may not hold, percent-encoded. What is encoded already stays. */
function encodeLocation(location: string): string {
  return location.replace(/[^\x21-\x7e]/gu, (character) => encodeURIComponent(character));
}
