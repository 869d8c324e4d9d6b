/** How well one measurement tells which of two samples it comes from. */

/** The probability that one of the second is greater than one of the first (Mann-Whitney); 0.5 where nothing tells them apart. */
export function areaUnderCurve(first: readonly number[], second: readonly number[]): number {
  let greater = 0;
  for (const one of second) for (const other of first) greater += one > other ? 1 : one === other ? 0.5 : 0;
  return greater / (first.length * second.length);
}

/** How often the best threshold is right of as many from either sample; a little above 0.5 by chance. */
export function bestAccuracy(first: readonly number[], second: readonly number[]): number {
  const share = (sample: readonly number[], threshold: number) =>
    sample.filter((value) => value <= threshold).length / sample.length;
  const distances = [...first, ...second].map((threshold) =>
    Math.abs(share(first, threshold) - share(second, threshold)),
  );
  return (1 + Math.max(...distances)) / 2;
}
