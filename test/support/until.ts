/** Waits for what comes by itself, and no longer than it takes. */
export async function until(condition: () => unknown, what = 'it', patience = 8_000): Promise<void> {
  const deadline = performance.now() + patience;
  while (!(await condition())) {
    if (performance.now() >= deadline) throw new Error(`Waited for ${what} in vain.`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
