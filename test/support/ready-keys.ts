/**
 * Loaded before all tests: the simulator gets its RSA keys ready made. A run starts dozens of simulators, and each key would take a
 * tenth of a second, one of 6144 bits many seconds.
 */

import type { KeyObject } from 'node:crypto';
import { rsaKeys } from '../../lib/simulator/pki/rsa-keys.js';
import { readyRsaKeys } from './rsa-keys.js';

const make = rsaKeys.make;
const readyBySize = new Map<number, KeyObject[]>();

function readyOf(bits: number): KeyObject[] {
  const known = readyBySize.get(bits);
  if (known) return known;
  const ready = readyRsaKeys(bits).map(({ privateKey }) => privateKey);
  readyBySize.set(bits, ready);
  return ready;
}

/** In turn, so that the keys of one test differ. */
rsaKeys.make = async (bits) => {
  const ready = readyOf(bits);
  const next = ready.shift();
  if (!next) return make(bits);
  ready.push(next);
  return next;
};
