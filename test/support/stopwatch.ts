/**
 * Milliseconds since it was made, without those in which the machine did something else: as many as have passed, and no
 * more than the process has used of the CPUs.
 */
export function stopwatch(): () => number {
  const startedAt = performance.now();
  const usedBefore = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(usedBefore);
    return Math.min(performance.now() - startedAt, (user + system) / 1000);
  };
}
