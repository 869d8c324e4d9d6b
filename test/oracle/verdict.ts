/** What somebody makes of a document, and how two of them are compared: ours may be the stricter one, for a reason that has a name. */

export type Verdict = Accepted | { refused: string };

export interface Accepted {
  /** What it says, each in a form that both can have it in. */
  accepted: Readonly<Record<string, unknown>>;
}

/** A document, and both verdicts. */
export interface Compared {
  der: Uint8Array;
  ours: Verdict;
  theirs: Verdict;
}

/** A way in which ours is stricter, on purpose. */
export interface Strictness {
  name: string;
  /** Parts of what ours says then, one of them. */
  reasons: readonly string[];
  explains(compared: { der: Uint8Array; ours: { refused: string }; theirs: Accepted }): boolean;
}

/** A part that lib/trust leaves alone because it says nothing to it, and that the other cannot read. */
export interface Leniency {
  name: string;
  explains(compared: { der: Uint8Array; theirs: { refused: string } }): boolean;
}

/** What is known about how two of them differ. */
export interface Differences {
  strictnesses: readonly Strictness[];
  leniencies: readonly Leniency[];
}

/** Judges by a function that refuses by throwing. */
export function verdictOf(judge: () => Accepted['accepted'] | { refusal: string }): Verdict {
  try {
    return toVerdict(judge());
  } catch (error) {
    return { refused: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
}

export function toVerdict(result: Accepted['accepted'] | { refusal: string }): Verdict {
  return typeof result.refusal === 'string' ? { refused: result.refusal } : { accepted: result };
}

/** What became of all documents of a kind. */
export class Tally {
  compared = 0;
  bothAccept = 0;
  bothRefuse = 0;
  /** How often ours was the stricter, by the name of the reason. */
  readonly stricter = new Map<string, number>();
  /** How often ours left something alone that the other could not read, by its name. */
  readonly lenient = new Map<string, number>();
  /** The first few that nobody can explain, or that ours accepts and others do not, or read otherwise. */
  readonly wrong: string[] = [];
  wrongCount = 0;

  constructor(private readonly differences: Differences) {}

  add({ der, ours, theirs }: Compared): void {
    this.compared += 1;
    if ('accepted' in ours) {
      this.addAccepted(ours, theirs, der);
      return;
    }
    if ('refused' in theirs) {
      this.bothRefuse += 1;
      return;
    }
    const strictness = this.differences.strictnesses.find((one) => holds(() => one.explains({ der, ours, theirs })));
    if (!strictness) this.addWrong(`only ours refuses it, and why has no name: ${ours.refused}`, der);
    else count(this.stricter, strictness.name);
  }

  private addAccepted(ours: Accepted, theirs: Verdict, der: Uint8Array): void {
    const difference = differenceOf(ours, theirs);
    if (difference === undefined) {
      this.bothAccept += 1;
      return;
    }
    const leniency =
      'refused' in theirs ? this.differences.leniencies.find((one) => one.explains({ der, theirs })) : undefined;
    if (leniency) count(this.lenient, leniency.name);
    else this.addWrong(difference, der);
  }

  private addWrong(difference: string, der: Uint8Array): void {
    this.wrongCount += 1;
    if (this.wrong.length < 5) this.wrong.push(`${difference}\n  ${Buffer.from(der).toString('base64')}`);
  }
}

/** What cannot be read as far as a reason needs it has another reason. */
function holds(isSo: () => boolean): boolean {
  try {
    return isSo();
  } catch {
    return false;
  }
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function differenceOf({ accepted }: Accepted, theirs: Verdict): string | undefined {
  if ('refused' in theirs) return `only ours accepts it; the other says: ${theirs.refused}`;
  for (const [name, ours] of Object.entries(accepted)) {
    const other = theirs.accepted[name];
    if (JSON.stringify(ours) !== JSON.stringify(other)) {
      return `${name} is ${JSON.stringify(ours)}, and by the other ${JSON.stringify(other)}`;
    }
  }
  return undefined;
}
