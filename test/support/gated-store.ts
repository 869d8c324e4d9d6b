/** A session's attempts, read at a time that the test chooses. */

import { EventEmitter, once } from 'node:events';
import type { AttemptStore } from '../../lib/attempt/attempt.js';
import { SessionAttemptStore } from '../../lib/attempt/session-store.js';
import type { SiteRequest } from '../../lib/attempt/site-request.js';

/**
 * @param isHeld whether this read ends only when the gate emits `release`; the gate emits `reached` with the request then.
 */
export function gatedStore(isHeld: (req: SiteRequest) => boolean): { store: AttemptStore; gate: EventEmitter } {
  const sessions = new SessionAttemptStore();
  const gate = new EventEmitter();
  const store: AttemptStore = {
    create: (req, attempt) => sessions.create(req, attempt),
    update: (req, after, before) => sessions.update(req, after, before),
    take: (req, id) => sessions.take(req, id),
    read: async (req, id) => {
      const attempt = await sessions.read(req, id);
      if (isHeld(req)) {
        gate.emit('reached', req);
        await once(gate, 'release');
      }
      return attempt;
    },
  };
  return { store, gate };
}
