/**
 * A draft in parts: its long texts, which are its files, apart from all else, and cut into pieces of one length. What is
 * done with one of them does not hold the process for long, nor Redis.
 */

import type { DocumentDraft } from '../documents/complete.js';

/** Some four milliseconds of encoding and encryption. */
const partLength = 500_000;
/** What is longer is a long text: small files of a container are as much as a large one, when they are many. */
const maxTextLength = 1_000;

/** A draft without its long texts, as JSON, and where they belong. */
export interface DraftHead {
  draft: unknown;
  texts: { path: (string | number)[]; length: number }[];
}

interface LongText {
  path: (string | number)[];
  text: string;
}

/** @returns pieces of the long texts, one after the other; they are cut while they are taken. */
export function takeApart(draft: DocumentDraft): { head: DraftHead; parts: Iterable<string> } {
  const taken: LongText[] = [];
  const rest = withoutLongTexts(draft, [], taken);
  const texts = taken.map(({ path, text }) => ({ path, length: text.length }));
  return { head: { draft: rest, texts }, parts: cut(taken.map(({ text }) => text)) };
}

export function putTogether({ draft, texts }: DraftHead, parts: readonly string[]): DocumentDraft {
  const all = parts.join('');
  let at = 0;
  for (const { path, length } of texts) {
    const text = all.slice(at, at + length);
    at += length;
    const last = path.length - 1;
    const holder = path.slice(0, last).reduce<unknown>((value, key) => (value as Holder)[key], draft);
    (holder as Holder)[path[last] as string] = text;
  }
  return draft as DocumentDraft;
}

type Holder = Record<string | number, unknown>;

function withoutLongTexts(value: unknown, path: LongText['path'], taken: LongText[]): unknown {
  if (typeof value === 'string' && value.length > maxTextLength) {
    taken.push({ path, text: value });
    return '';
  }
  if (typeof value !== 'object' || value === null) return value;
  const restOf = (one: unknown, key: string | number) => withoutLongTexts(one, [...path, key], taken);
  if (Array.isArray(value)) return value.map(restOf);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, restOf(one, key)]));
}

function* cut(texts: readonly string[]): Iterable<string> {
  let part = '';
  for (const text of texts) {
    for (let at = 0; at < text.length; ) {
      const piece = text.slice(at, at + partLength - part.length);
      part += piece;
      at += piece.length;
      if (part.length < partLength) continue;
      yield part;
      part = '';
    }
  }
  if (part !== '') yield part;
}
