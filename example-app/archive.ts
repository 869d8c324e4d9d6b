/** What people did here, and the files that they signed. A real site keeps both in its database. */

import { randomUUID } from 'node:crypto';

export interface SignedFile {
  name: string;
  contentType: string;
  content: Buffer;
}

export interface Deed {
  at: Date;
  what: string;
  /** How the person came: `QR`, `Web2App`, `Notification`. */
  flowType: string;
  /** The id of what was signed. */
  fileId?: string;
}

export class Archive {
  private readonly deeds = new Map<string, Deed[]>();
  private readonly files = new Map<string, SignedFile & { owner: string }>();

  /** @param person the semantics identifier. */
  record(person: string, deed: Deed): void {
    this.deeds.set(person, [deed, ...this.history(person)]);
  }

  /** Newest first. */
  history(person: string): readonly Deed[] {
    return this.deeds.get(person) ?? [];
  }

  /** Keeps a file for its owner, and gives the id that it is found by. */
  keep(owner: string, file: SignedFile): string {
    const id = randomUUID();
    this.files.set(id, { ...file, owner });
    return id;
  }

  /** @param ids those that a browser session has signed without logging in. */
  named(ids: readonly string[]): (SignedFile & { id: string })[] {
    return ids.flatMap((id) => {
      const file = this.files.get(id);
      return file ? [{ ...file, id }] : [];
    });
  }

  /** The file, if it is for this person or for this browser session. */
  find(id: string, person: string | undefined, ids: readonly string[]): SignedFile | undefined {
    const file = this.files.get(id);
    return file && (file.owner === person || ids.includes(id)) ? file : undefined;
  }
}
