/**
 * The login page of a Fastify site with @fastify/passport and @fastify/session:
 * `app.register(smartIdPlugin, { prefix: '/login', passport, strategy })`.
 */

import type fastifyPassport from '@fastify/passport';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { EventStream } from '../attempt/event-stream.js';
import { requireWebSession } from '../attempt/framework-session.js';
import { shortWaitMs } from '../attempt/kept-attempts.js';
import { reloadSession } from '../attempt/web-session.js';
import { SmartIdInputError } from '../shared/errors.js';
import { failure } from '../shared/outcome.js';
import { faultHeaders } from '../web/answers.js';
import {
  headersToSet,
  maxBodyBytes,
  type PageAnswer,
  type PageSource,
  parseBody,
  pathOf,
  queryOf,
} from '../web/page-request.js';
import type { PageRoutes } from '../web/page-routes.js';
import { type PassportHost, type PassportPageOptions, passportPages } from '../web/passport-pages.js';

/** The site's `@fastify/passport`, or an `Authenticator` of its own. */
export type Passport = Pick<typeof fastifyPassport, 'authenticate'>;

/** What the login page of a Fastify site is told. */
export interface SmartIdPluginOptions extends PassportPageOptions<FastifyRequest> {
  /** The site's own, of `@fastify/passport`. */
  passport: Passport;
  /** The path of the page, as for any plugin of Fastify. */
  prefix?: string;
}

/**
 * The whole login: the page with its files, start, push, status, live updates, finish and callback, below `prefix`.
 * Registered after @fastify/session and `passport.initialize()` and `passport.secureSession()`. Rejects with a
 * SmartIdInputError naming the option that breaks a rule.
 */
export const smartIdPlugin: FastifyPluginAsync<SmartIdPluginOptions> = async (app, options) => {
  const { passport } = options;
  if (typeof passport?.authenticate !== 'function') {
    throw new SmartIdInputError('passport', 'must be the @fastify/passport of the site.');
  }
  const pages = passportPages(hostOf(passport), options, ['passport', ...ofFastify], 'smartIdPlugin');
  checkRegistered(app);
  acceptForms(app);
  for (const url of ['/', '/*']) {
    app.route({
      method: ['GET', 'POST'],
      url,
      bodyLimit: maxBodyBytes,
      handler: (request, reply) => answer(pages, request, reply),
    });
  }
};

/** What the page cannot do without, by what it adds to each request. */
const needed = { session: '@fastify/session', isAuthenticated: 'passport.initialize()' } as const;

/** Told when the site starts, since a login would fail at its end. */
function checkRegistered(app: FastifyInstance): void {
  for (const [decorator, plugin] of Object.entries(needed)) {
    if (!app.hasRequestDecorator(decorator)) {
      throw new SmartIdInputError('passport', `needs ${plugin}: register it before smartIdPlugin.`);
    }
  }
}

/** The options that Fastify itself takes of any plugin. */
const ofFastify = ['prefix', 'logLevel', 'logSerializers'] as const;

/** Fastify itself reads JSON alone. Only for this page, and not where the site reads forms already. */
function acceptForms(app: FastifyInstance): void {
  const form = 'application/x-www-form-urlencoded';
  if (app.hasContentTypeParser(form)) return;
  app.addContentTypeParser(form, { parseAs: 'string' }, ({ headers }, text, done) => {
    done(null, parseBody(headers, text as string));
  });
}

async function answer(
  pages: PageRoutes<FastifyRequest>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const since = performance.now();
  try {
    const found = await pages.answer(sourceOf(request)).finally(() => letGoOfSession(request, since));
    if (!found) reply.callNotFound();
    else if (!found.events) withHeaders(reply, found).send(found.body ?? '');
    else {
      const plain = await found.events((textOf) => new EventStream(hijack(reply, found), textOf));
      if (plain) withHeaders(reply, plain).send(plain.body ?? '');
    }
    return reply;
  } catch (error) {
    reply.headers(faultHeaders(error));
    throw error;
  }
}

/**
 * @fastify/session stores the session at the end of each request as it was at its beginning. After a wait for a
 * confirmation it would bring one back to life that a logout has ended meanwhile, and undo what else has changed.
 */
async function letGoOfSession(request: FastifyRequest, since: number): Promise<void> {
  const { session } = request as { session?: Partial<ModifiableSession> | null };
  if (performance.now() - since < shortWaitMs || session?.isModified?.() !== false) return;
  const webSession = requireWebSession(request);
  // A new one is kept as it is, or its cookie would not be sent.
  if (webSession.wasStored && !(await reloadSession(webSession))) await session.destroy?.();
}

/** What @fastify/session sets on a request. */
interface ModifiableSession {
  isModified(): boolean;
  /** Takes it from the request too, so that nothing is stored. */
  destroy(): Promise<void>;
}

function sourceOf(request: FastifyRequest): PageSource<FastifyRequest> {
  const { method, headers, host, params, body } = request;
  const originalUrl = request.raw.url ?? '/';
  return {
    method,
    path: pathBelow(originalUrl, (params as { '*'?: string })['*']),
    originalUrl,
    query: queryOf(originalUrl),
    headers,
    host,
    site: request,
    readBody: async () => (typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}),
  };
}

/**
 * Fastify decodes it; handlers of the site before the page may have taken what was sent encoded for another address.
 */
function pathBelow(originalUrl: string, rest = ''): string {
  const path = `/${rest}`;
  return rest === '' || pathOf(originalUrl).endsWith(path) ? path : '';
}

function withHeaders(reply: FastifyReply, answer: PageAnswer): FastifyReply {
  reply.code(answer.status);
  for (const [name, value] of headersToSet(answer, (name) => reply.hasHeader(name))) reply.header(name, value);
  for (const cookie of answer.cookies ?? []) reply.header('set-cookie', cookie);
  return reply;
}

/** From here on the response is ours, and Fastify saves no session at its end. */
function hijack(reply: FastifyReply, answered: PageAnswer): FastifyReply['raw'] {
  withHeaders(reply, answered).hijack();
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value);
  }
  return reply.raw;
}

/** Passport's strategies are taken as they are, though the types name those that were written for Fastify alone. */
type FastifyStrategy = InstanceType<(typeof fastifyPassport)['Strategy']>;

/** What @fastify/passport sets on a request, whose types name the users of the site. */
interface PassportRequest {
  logIn(user: Express.User, options: { session: boolean; keepSessionInfo: boolean }): Promise<void>;
}

function hostOf(passport: Passport): PassportHost<FastifyRequest> {
  return {
    authenticate: (request, strategy, expected) =>
      new Promise((resolve, reject) => {
        const settle = async (
          _request: FastifyRequest,
          _reply: FastifyReply,
          error: unknown,
          user?: unknown,
          info?: unknown,
        ) => (error ? reject(error) : resolve({ user: user as Express.User | false, info }));
        const authenticate = passport.authenticate(strategy as unknown as FastifyStrategy, expected as object, settle);
        // The callback answers in place of the reply; but a strategy with a `loginURL` redirects where there is no
        // attempt.
        const reply = { status() {}, redirect: () => resolve({ info: failure('no_attempt') }) };
        Promise.resolve(authenticate.call(request.server, request, reply as never)).catch(reject);
      }),
    logIn: (request, user, options) => (request as unknown as PassportRequest).logIn(user, options),
  };
}
