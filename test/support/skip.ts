/** Tests that are left out for want of something on this machine, so that the end of the run tells how many they are. */

const mark = ' (skipped for want of ';

/**
 * Skips the calling test, or all tests of the suite of the calling `before` hook. The reason goes into their titles, since titles
 * are what reaches the reporter from parallel workers.
 */
export function skipForWantOf(what: string, test: Mocha.Context): never {
  const runnable = test.runnable();
  const add = (skipped: Mocha.Runnable) => {
    if (!skipped.isPending()) skipped.title += `${mark}${what})`;
  };
  if ((runnable as Mocha.Hook).type === 'hook') runnable.parent?.eachTest(add);
  else add(runnable);
  return test.skip();
}

/** As `skipForWantOf`, for what a machine can install: with `CI=true` it is a failure that it is missing. */
export function skipForWantOfTool(tool: string, advice: string, test: Mocha.Context): never {
  if (process.env.CI === 'true') throw new Error(`No ${tool} was found: ${advice}.`);
  return skipForWantOf(tool, test);
}

/** For want of what a test with this title was skipped, if it says so. */
export function wantOf(title: string): string | undefined {
  return title.endsWith(')') ? title.slice(0, -1).split(mark)[1] : undefined;
}
