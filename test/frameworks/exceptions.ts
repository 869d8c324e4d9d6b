/** Where a page of docs/frameworks cannot be held to everything, and why. */

export interface Exceptions {
  /** Why the types of the packages that it installs are not checked themselves. */
  skipLibCheck?: string;
  /** Why `tsc` is not run on its files. */
  noCompiler?: string;
  /** The version of Node that it needs, where that is newer than the oldest that this package is for. */
  node?: string;
  /** Ways that do not apply to it, each with the reason. */
  leftOut?: Readonly<Record<string, string>>;
}

/** By the name of the page. */
export const exceptions: Readonly<Record<string, Exceptions>> = {
  fastify: { skipLibCheck: 'those of @fastify/flash name @fastify/secure-session, which it does not bring along' },
  koa: { skipLibCheck: "those of @types/koa find Express's content-disposition in place of Koa's" },
  nextjs: { noCompiler: '`next build` does it, by settings of its own' },
  nuxt: {
    noCompiler: 'its server files name what Nuxt imports by itself; `npx nuxt typecheck` needs vue-tsc',
    node: '22',
  },
  plain: {
    leftOut: {
      'QR code': 'its page has no files beside it; the code itself is scanned in "live updates"',
      push: 'it does not ask for a personal code',
      'push without script': 'it does not ask for a personal code',
      'app on this device without script': 'its page needs scripts',
      'broken requests': 'it takes nothing of a body but the id',
    },
  },
};
