/** Where documents wait for their signature, and with it for a timestamp or OCSP answer that is not to be had. */

import { LRUCache } from 'lru-cache';
import { SmartIdInputError, SmartIdStoreError } from '../errors.js';
import type { DocumentDraft } from './complete.js';
import type { DraftFields } from './draft.js';

/** What a draft gets after it was prepared. */
export type DraftAdditions = Pick<DraftFields, 'signature' | 'timestamp'>;

/**
 * A place for drafts. A store of one's own keeps JSON: `JSON.parse(JSON.stringify(draft))` is as good as the draft. What
 * comes back is verified against its signature; which document is that of which id is for the store alone to know.
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
   * Adds a signature, a timestamp, or a later timestamp to the draft that is there.
   * @param lifetimeMs counted from now.
   * @returns false, with nothing kept, where there is none any more.
   */
  add(id: string, additions: DraftAdditions, lifetimeMs: number): Promise<boolean>;
  /** Forgets it, unless it has a signature: both in one step. */
  discard(id: string): Promise<void>;
  /** Forgets it. */
  remove(id: string): Promise<void>;
}

/** What `MemoryDraftStore` is told. */
export interface MemoryDraftStoreOptions {
  /** Of all drafts together; beyond it no draft is begun. Default 256 MB. */
  maxBytes?: number;
}

interface Entry {
  /** As text: what a caller changes afterwards is not changed here. */
  text: string;
  additions: DraftAdditions;
}

const defaultMaxBytes = 256 * 1024 * 1024;

/** Drafts in the memory of this process: the default, for sites of one process. A restart loses them. */
export class MemoryDraftStore implements DraftStore {
  /** With no bound of its own: it would let go of the oldest draft, which somebody may have signed. */
  private readonly entries = new LRUCache<string, Entry>({
    ttl: 1,
    ttlAutopurge: true,
    maxSize: Number.MAX_SAFE_INTEGER,
    sizeCalculation: ({ text }) => text.length,
  });
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
    const text = JSON.stringify(draft);
    if (this.entries.calculatedSize + text.length > this.maxBytes) {
      const cause = new Error(`maxBytes is ${this.maxBytes}, of which this document would take ${text.length}.`);
      throw new SmartIdStoreError(cause, 'store_full');
    }
    this.entries.set(id, { text, additions: {} }, { ttl: lifetimeMs });
    return true;
  }

  async load(id: string): Promise<DocumentDraft | undefined> {
    const entry = this.entries.get(id);
    return entry && { ...JSON.parse(entry.text), ...entry.additions };
  }

  async add(id: string, additions: DraftAdditions, lifetimeMs: number): Promise<boolean> {
    const entry = this.entries.get(id);
    if (!entry) return false;
    this.entries.set(id, { ...entry, additions: { ...entry.additions, ...additions } }, { ttl: lifetimeMs });
    return true;
  }

  async discard(id: string): Promise<void> {
    if (this.entries.get(id)?.additions.signature === undefined) this.entries.delete(id);
  }

  async remove(id: string): Promise<void> {
    this.entries.delete(id);
  }
}
