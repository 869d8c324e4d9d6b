/** Where documents wait for their signature, and with it for a timestamp or OCSP answer that is not to be had. */

import { LRUCache } from 'lru-cache';
import { SmartIdInputError, SmartIdStoreError } from '../shared/errors.js';
import type { DocumentDraft } from './complete.js';
import type { DraftFields } from './draft.js';

/** What a draft gets after it was prepared. */
export type DraftAdditions = Pick<DraftFields, 'signature' | 'timestamp' | 'evidence'>;

/**
 * A place for drafts. A store of one's own keeps JSON: `JSON.parse(JSON.stringify(draft))` is as good as the draft.
 * What comes back is verified against its signature; which document is that of which id is for the store alone to know.
 */
export interface DraftStore {
  /**
   * Keeps a new draft.
   * @param lifetimeMs after so many milliseconds it may be forgotten.
   * @returns false, with nothing changed, where there is another one of this id.
   */
  create(id: string, draft: DocumentDraft, lifetimeMs: number): Promise<boolean>;
  /** The draft with all that was added; undefined where there is none any more. */
  load(id: string): Promise<DocumentDraft | undefined>;
  /**
   * Adds to the draft that is there, in one step. A timestamp replaces an earlier one; a signature, or evidence, is kept
   * only where the draft has none: of two processes that bring one, both go on with that of the first.
   * @param lifetimeMs counted from now.
   * @returns all that the draft has by now of what can be added; undefined, with nothing kept, where there is no draft.
   */
  add(id: string, additions: DraftAdditions, lifetimeMs: number): Promise<DraftAdditions | undefined>;
  /**
   * For the only one who is to complete this draft at the moment.
   * @param lifetimeMs after so many milliseconds somebody else may have it, for a process may die.
   * @returns false while somebody has it.
   */
  claim(id: string, lifetimeMs: number): Promise<boolean>;
  /** Gives the claim back. */
  release(id: string): Promise<void>;
  /** Forgets it, unless it has a signature: both in one step. */
  discard(id: string): Promise<void>;
  /** Forgets it. */
  remove(id: string): Promise<void>;
}

/** What `MemoryDraftStore` is told. */
export interface MemoryDraftStoreOptions {
  /**
   * Bytes of all drafts together; beyond it no draft is begun.
   * @default `268_435_456`, which are 256 MiB
   */
  maxBytes?: number;
}

const defaultMaxBytes = 256 * 1024 * 1024;

/** Drafts in the memory of this process: the default, for sites of one process. A restart loses them. */
export class MemoryDraftStore implements DraftStore {
  /** With no bound of its own: it would let go of the oldest draft, which somebody may have signed. */
  private readonly entries = new LRUCache<string, DocumentDraft>({
    ttl: 1,
    ttlAutopurge: true,
    maxSize: Number.MAX_SAFE_INTEGER,
    sizeCalculation: charactersIn,
  });
  /** The ids of drafts that somebody is completing. */
  private readonly claims = new LRUCache<string, true>({ ttl: 1, ttlAutopurge: true });
  private readonly maxBytes: number;

  /** @throws SmartIdInputError naming the option that breaks a rule. */
  constructor({ maxBytes = defaultMaxBytes }: MemoryDraftStoreOptions = {}) {
    if (!Number.isInteger(maxBytes) || maxBytes <= 0) {
      throw new SmartIdInputError('maxBytes', 'must be a whole number of bytes above 0.');
    }
    this.maxBytes = maxBytes;
  }

  /** @throws SmartIdStoreError `store_full` where too many wait. */
  async create(id: string, draft: DocumentDraft, lifetimeMs: number): Promise<boolean> {
    if (this.entries.has(id)) return false;
    const bytes = charactersIn(draft);
    if (this.entries.calculatedSize + bytes > this.maxBytes) {
      const cause = new Error(`maxBytes is ${this.maxBytes}, of which this document would take ${bytes}.`);
      throw new SmartIdStoreError(cause, 'store_full');
    }
    this.entries.set(id, copyOf(draft), { ttl: lifetimeMs });
    return true;
  }

  async load(id: string): Promise<DocumentDraft | undefined> {
    return copyOf(this.entries.get(id));
  }

  async add(id: string, additions: DraftAdditions, lifetimeMs: number): Promise<DraftAdditions | undefined> {
    const draft = this.entries.get(id);
    if (!draft) return undefined;
    const signature = draft.signature ?? additions.signature;
    const timestamp = additions.timestamp ?? draft.timestamp;
    const evidence = draft.evidence ?? copyOf(additions.evidence);
    this.entries.set(id, { ...draft, signature, timestamp, evidence }, { ttl: lifetimeMs });
    return { signature, timestamp, evidence: copyOf(evidence) };
  }

  async claim(id: string, lifetimeMs: number): Promise<boolean> {
    if (this.claims.has(id)) return false;
    this.claims.set(id, true, { ttl: lifetimeMs });
    return true;
  }

  async release(id: string): Promise<void> {
    this.claims.delete(id);
  }

  async discard(id: string): Promise<void> {
    if (this.entries.get(id)?.signature === undefined) this.entries.delete(id);
  }

  async remove(id: string): Promise<void> {
    this.entries.delete(id);
  }
}

/**
 * What a caller changes afterwards is not changed in the copy. Texts cannot be changed, so that those of a large
 * document are shared.
 */
function copyOf<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf) as T;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, copyOf(one)])) as T;
}

/** All but a little of what it takes: one octet for each character of Base64. */
function charactersIn(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum, one) => sum + charactersIn(one), 1);
}
