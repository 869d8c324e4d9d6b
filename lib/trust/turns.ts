/** Lets everything else in the process have its turn, in the midst of work that is long. */

export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
