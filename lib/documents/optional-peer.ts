/** Libraries that only signed documents need, and that a site which logs people in does not install. */

import { SmartIdInputError } from '../shared/errors.js';

/**
 * What `load`, a dynamic import of the package, gives.
 * @throws SmartIdInputError naming the package and how it is installed, where it is not.
 */
export async function importPeer<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    if (!isNotFound(cause)) throw cause;
    const rule = `is needed for this and is not installed: npm install ${name}`;
    throw new SmartIdInputError(name, rule, { cause, status: 500 });
  }
}

function isNotFound(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
}
