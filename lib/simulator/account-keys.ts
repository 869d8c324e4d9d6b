/**
 * The accounts' keys and certificates, for authentication and for signatures: made at an account's first use for that
 * purpose, because keys are slow to make, and then kept.
 */
import { type KeyObject, X509Certificate } from 'node:crypto';
import type { CertificatePurpose } from './accounts.js';
import { generateRsaKey } from './pki/authority.js';
import type { SimulatedPki } from './pki/pki.js';

/** What an account signs with and shows for it. */
export interface AccountKey {
  /** DER. */
  certificate: Buffer;
  /** The account's own. */
  privateKey: KeyObject;
}

/** The keys of the simulator's accounts, made when they are first used. */
export class AccountKeys {
  private readonly keys = {
    authentication: new Map<string, Promise<AccountKey>>(),
    signature: new Map<string, Promise<AccountKey>>(),
  };
  /** By the serial number of their certificates, upper-case hexadecimal. */
  private readonly owners = new Map<string, { documentNumber: string; certificate: X509Certificate }>();

  constructor(
    private readonly pki: SimulatedPki,
    private readonly keySize: number,
  ) {}

  /** The key of an account for one purpose. */
  of(documentNumber: string, purpose: CertificatePurpose): Promise<AccountKey> {
    const known = this.keys[purpose].get(documentNumber);
    if (known !== undefined) return known;
    const made = generateRsaKey(this.keySize).then((privateKey) => {
      const key = this.pki.issueUserCertificate({ account: documentNumber, purpose, privateKey });
      this.remember(documentNumber, key);
      return key;
    });
    this.keys[purpose].set(documentNumber, made);
    return made;
  }

  /** From now on the account shows this certificate and signs with this key, for this purpose. */
  replace(documentNumber: string, key: AccountKey, purpose: CertificatePurpose): void {
    this.keys[purpose].set(documentNumber, Promise.resolve(key));
    this.remember(documentNumber, key);
  }

  /** The account whose certificate has this serial number. */
  documentNumberOf(serialNumber: string): string | undefined {
    return this.owners.get(serialNumber)?.documentNumber;
  }

  /** Of all accounts so far, those of before a replacement among them. */
  certificates(): X509Certificate[] {
    return [...this.owners.values()].map(({ certificate }) => certificate);
  }

  private remember(documentNumber: string, key: AccountKey): void {
    const certificate = new X509Certificate(key.certificate);
    this.owners.set(certificate.serialNumber, { documentNumber, certificate });
  }
}
