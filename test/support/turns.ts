/** Whether long work leaves the event loop to others: counted, since times say little on a busy machine. */

/** How often others have their turn while this goes on. */
export async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let goesOn = true;
  const count = () => {
    turns += 1;
    if (goesOn) setImmediate(count);
  };
  setImmediate(count);
  await work();
  goesOn = false;
  return turns;
}
