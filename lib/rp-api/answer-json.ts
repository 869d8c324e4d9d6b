/** The JSON of the RP API's answers. */

/**
 * A field that is `null` is left out, at any depth: some services write those out that others leave out. A required one
 * is missing then, and is refused as such. Entries of lists are none of them: a hole has not the type of an entry.
 * @throws SyntaxError when it is not JSON.
 */
export function parseAnswerJson(body: string): unknown {
  return JSON.parse(body, (_name, value: unknown) => value ?? undefined);
}
