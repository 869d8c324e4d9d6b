/** Where the simulator's RSA keys come from: one object, so that its own tests can hand out keys that are ready. */

import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

export const rsaKeys = {
  async make(modulusLength: number): Promise<KeyObject> {
    return (await promisify(generateKeyPair)('rsa', { modulusLength, publicExponent: 65537 })).privateKey;
  },
};
