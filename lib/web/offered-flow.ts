/** The flow that a visitor asks for, of those that a page offers. */

import { SmartIdInputError } from '../shared/errors.js';

/** @throws SmartIdInputError where a visitor asks for a flow that is not offered. */
export function offeredFlow(flow: unknown, notification: boolean): 'device-link' | 'notification' {
  if (flow === undefined || flow === 'device-link') return 'device-link';
  if (flow === 'notification' && notification) return flow;
  throw new SmartIdInputError('flow', notification ? 'must be device-link or notification.' : 'must be device-link.');
}
