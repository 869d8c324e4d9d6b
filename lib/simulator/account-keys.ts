/** The accounts' keys and certificates: made at an account's first use, because keys are slow to make, and then kept. */
import type { KeyObject } from 'node:crypto';
import { generateRsaKey } from './pki/authority.js';
import type { SimulatedPki } from './pki/pki.js';

/** What an account signs with and shows for it. */
export interface AccountKey {
  /** DER. */
  certificate: Buffer;
  privateKey: KeyObject;
}

export class AccountKeys {
  private readonly keys = new Map<string, Promise<AccountKey>>();

  constructor(
    private readonly pki: SimulatedPki,
    private readonly keySize: number,
  ) {}

  of(documentNumber: string): Promise<AccountKey> {
    const known = this.keys.get(documentNumber);
    if (known !== undefined) return known;
    const made = generateRsaKey(this.keySize).then((privateKey) =>
      this.pki.issueUserCertificate({ account: documentNumber, privateKey }),
    );
    this.keys.set(documentNumber, made);
    return made;
  }

  /** From now on the account shows this certificate and signs with this key. */
  replace(documentNumber: string, key: AccountKey): void {
    this.keys.set(documentNumber, Promise.resolve(key));
  }
}
