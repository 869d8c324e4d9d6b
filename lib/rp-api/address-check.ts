/**
 * Tells whether a 404 is about what was asked for, or says that there is no RP API at the base URL (section "HTTP
 * errors"). The body does not tell: a wrong path may be answered like a person without an account, and a document that
 * there is not with no body at all.
 */

import type { Missing } from './http-errors.js';

/** Where nobody is named, so that only the path can be what is missing. */
const anonymousLogin = 'authentication/device-link/anonymous';

/** Posts to a path what names the relying party and nothing else. */
export type Probe = (path: string, signal?: AbortSignal) => Promise<{ status: number }>;

export class AddressCheck {
  private readonly missingPath: Missing;
  private isConfirmed: boolean;

  /** @param probe is used where the base URL is doubtful only: its path does not end in `/v3`. */
  constructor(
    baseUrl: string,
    private readonly probe: Probe,
  ) {
    const hasVersion = new URL(baseUrl).pathname.endsWith('/v3');
    this.missingPath = hasVersion ? 'path' : 'version';
    this.isConfirmed = hasVersion;
  }

  /** The RP API has answered. */
  confirm(): void {
    this.isConfirmed = true;
  }

  /**
   * What is missing after a 404 of a path below the base URL. Where that has answered nothing yet, a request is made
   * that cannot begin a session: the RP API finds it malformed, and what has no such path answers 404 again. As it
   * takes time, which could tell who has an account, it is made once in the life of a client.
   */
  async findMissing(path: string, signal?: AbortSignal): Promise<Missing> {
    if (path.endsWith('/anonymous')) return this.missingPath;
    const subject = path.startsWith('session/') ? 'session' : 'account';
    if (this.isConfirmed) return subject;
    const { status } = await this.probe(anonymousLogin, signal);
    if (status === 404) return this.missingPath;
    if (status < 500) this.confirm();
    return subject;
  }
}
