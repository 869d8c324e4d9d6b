/** Where sessions live, end and are waited for. RP API 3.2.3, "Session status": long polling, expiry. */
import type { Session } from './session.js';
import type { CompleteStatus } from './session-status.js';

/** How long the outcome of an expired session can still be read. */
const keptAfterExpiry = 60_000;

export class SessionRegistry {
  private readonly sessions = new Map<string, Session>();
  private readonly waiting = new Map<string, Set<() => void>>();

  constructor(private readonly clock: () => number) {}

  add(session: Session): void {
    this.expire();
    this.sessions.set(session.id, session);
  }

  find(id: string): Session | undefined {
    this.expire();
    return this.sessions.get(id);
  }

  /** All that still wait for an answer. */
  running(): Session[] {
    this.expire();
    return [...this.sessions.values()].filter(({ status }) => status.state === 'RUNNING');
  }

  all(): Session[] {
    this.expire();
    return [...this.sessions.values()];
  }

  /** The first end counts: an answer that comes after the timeout changes nothing. */
  complete(session: Session, status: CompleteStatus): void {
    if (session.status.state === 'COMPLETE') return;
    session.status = status;
    for (const wake of this.waiting.get(session.id) ?? []) wake();
  }

  /** Resolves when the session ends, or else after so many milliseconds, or when nobody waits any more. */
  waitForCompletion(session: Session, milliseconds: number, abandoned: AbortSignal): Promise<void> {
    if (session.status.state === 'COMPLETE' || abandoned.aborted) return Promise.resolve();
    // A timer may fire a moment before its time by the clock, and then the session would not have expired yet.
    const untilExpiry = Math.max(0, session.expiresAt - this.clock()) + 5;
    const waiters = this.waiting.get(session.id) ?? new Set();
    this.waiting.set(session.id, waiters);
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        abandoned.removeEventListener('abort', wake);
        waiters.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, Math.min(milliseconds, untilExpiry)).unref();
      abandoned.addEventListener('abort', wake);
      waiters.add(wake);
    });
  }

  private expire(): void {
    const now = this.clock();
    // All sessions last equally long, so those that came first expire first.
    for (const session of this.sessions.values()) {
      if (now < session.expiresAt) return;
      this.complete(session, { state: 'COMPLETE', result: { endResult: 'TIMEOUT' } });
      if (now >= session.expiresAt + keptAfterExpiry) {
        this.sessions.delete(session.id);
        this.waiting.delete(session.id);
      }
    }
  }
}
