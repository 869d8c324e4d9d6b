/** What people did here, and the files that they signed. A real site keeps both in its database. */

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
  /** The id of the signature, where a file was signed. */
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

  /** @param id of the signature. */
  keep(id: string, owner: string, file: SignedFile): void {
    this.files.set(id, { ...file, owner });
  }

  /** For whoever may have it. */
  find(id: string): SignedFile | undefined {
    return this.files.get(id);
  }

  /** The file, if it is for this person. */
  findFor(id: string, person: string | undefined): SignedFile | undefined {
    const file = this.files.get(id);
    return file?.owner === person ? file : undefined;
  }
}
