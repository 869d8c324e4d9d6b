/** Where a page of docs/frameworks cannot be held to everything, and why. */

export interface Exceptions {
  /** Why the types of the packages that it installs are not checked themselves. */
  skipLibCheck?: string;
  /** Why `tsc` is not run on its files. */
  noCompiler?: string;
  /** Ways that do not apply to it, each with the reason. */
  leftOut?: Readonly<Record<string, string>>;
}

/** By the name of the page. */
export const exceptions: Readonly<Record<string, Exceptions>> = {
  fastify: { skipLibCheck: 'those of @fastify/flash name @fastify/secure-session, which it does not bring along' },
};
