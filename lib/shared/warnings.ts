/** What a site has set up in a way that may fail, told once in its log. */

/** Codes that were told; tests empty it. */
export const warned = new Set<string>();

/**
 * @param code stable, such as `SMART_ID_TRUST_PROXY`: for `process.on('warning')`, and told once in each process.
 * @param more as for `process.emitWarning`.
 */
export function warnOnce(code: string, message: string, more: { type?: string; detail?: string } = {}): void {
  if (warned.has(code)) return;
  warned.add(code);
  process.emitWarning(message, { ...more, code });
}
