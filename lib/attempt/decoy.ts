/**
 * Sessions that do not exist but look as if they did. For a person without an account the service has no session; were a
 * visitor told so at once, anybody could find out who has one. So the visitor is shown what he would be shown of anybody,
 * and it ends as a session ends that nobody confirms.
 */

import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import type { DeviceLinkSession } from '../rp-api/responses.js';
import type { Flow } from './attempt.js';

/** Letters and digits, as the service's tokens have them. */
const tokenCharacters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export class Decoys {
  private example: DeviceLinkSession | undefined;
  private readonly lifetimes = new Map<Flow, number>();

  /** Takes note of what a session of the service looks like. */
  learn(session: DeviceLinkSession): void {
    this.example = session;
  }

  /** Takes note of the milliseconds after which the service gave up a session that nobody confirmed. */
  learnLifetime(flow: Flow, milliseconds: number): void {
    this.lifetimes.set(flow, Math.min(milliseconds, this.lifetime(flow, milliseconds)));
  }

  /** Milliseconds after which a session of this flow ends that nobody confirms, or `otherwise` as long as none has. */
  lifetime(flow: Flow, otherwise: number): number {
    return this.lifetimes.get(flow) ?? otherwise;
  }

  /** A session like those of the service; `exampleSession` is asked for one when none has been seen in this process. */
  async deviceLinkSession(exampleSession: () => Promise<DeviceLinkSession>): Promise<DeviceLinkSession> {
    this.example ??= await exampleSession();
    const { deviceLinkBase, sessionToken } = this.example;
    return {
      sessionID: randomUUID(),
      sessionToken: Array.from(sessionToken, () => tokenCharacters[randomInt(tokenCharacters.length)]).join(''),
      sessionSecret: randomBytes(32).toString('base64'),
      deviceLinkBase,
    };
  }
}
