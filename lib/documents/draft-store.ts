/** Where documents wait for their signature, and with it for a timestamp or OCSP answer that is not to be had. */

import { LRUCache } from 'lru-cache';
import { SmartIdInputError } from '../errors.js';
import type { DocumentDraft } from './complete.js';

/** A place for drafts. A store of one's own keeps JSON: `JSON.parse(JSON.stringify(draft))` is as good as the draft. */
export interface DraftStore {
  /**
   * Keeps the draft under this id, in place of what is there.
   * @param lifetimeMs after so many milliseconds it may be forgotten.
   */
  save(id: string, draft: DocumentDraft, lifetimeMs: number): Promise<void>;
  /** The draft; undefined where there is none any more. */
  load(id: string): Promise<DocumentDraft | undefined>;
  /** Forgets it. */
  remove(id: string): Promise<void>;
}

/** What `MemoryDraftStore` is told. */
export interface MemoryDraftStoreOptions {
  /** Of all drafts together. Beyond it a draft that is not signed yet is refused. Default 256 MB. */
  maxBytes?: number;
}

const defaultMaxBytes = 256 * 1024 * 1024;

/** Drafts in the memory of this process: the default, for sites of one process. A restart loses them. */
export class MemoryDraftStore implements DraftStore {
  private readonly texts: LRUCache<string, string>;
  private readonly maxBytes: number;

  /** @throws SmartIdInputError naming the option that breaks a rule. */
  constructor({ maxBytes = defaultMaxBytes }: MemoryDraftStoreOptions = {}) {
    if (!Number.isInteger(maxBytes) || maxBytes <= 0) {
      throw new SmartIdInputError('maxBytes', 'must be a whole number of bytes above 0.');
    }
    this.maxBytes = maxBytes;
    // Without a bound of its own: what somebody has signed must not give way to what somebody else has not.
    this.texts = new LRUCache({ max: maxDrafts, ttlAutopurge: false, ttl: 1 });
  }

  async save(id: string, draft: DocumentDraft, lifetimeMs: number): Promise<void> {
    // As text: what a caller changes afterwards is not changed here.
    const text = JSON.stringify(draft);
    this.texts.purgeStale();
    const others = [...this.texts.entries()].reduce((sum, [key, other]) => (key === id ? sum : sum + other.length), 0);
    if (draft.signature === undefined && others + text.length > this.maxBytes) {
      throw new SmartIdInputError('maxBytes', 'is reached: too many documents wait for a signature at the same time.');
    }
    this.texts.set(id, text, { ttl: lifetimeMs });
  }

  async load(id: string): Promise<DocumentDraft | undefined> {
    const text = this.texts.get(id);
    return text === undefined ? undefined : JSON.parse(text);
  }

  async remove(id: string): Promise<void> {
    this.texts.delete(id);
  }
}

const maxDrafts = 100_000;
