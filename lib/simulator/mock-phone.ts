/**
 * The mock phone of the demo environment, with the same fields: a test hands it a link, and the document number decides
 * what happens. RP API 3.2.3, "Test accounts", "Mocking device link flows", "Linked signing".
 */
import { Router } from 'express';
import { z } from 'zod';
import { accountNamed } from './answer.js';
import { decisionOfAccount } from './decision.js';
import { type LinkSurroundings, useDeviceLink } from './device-link-use.js';
import { handle, jsonBody, onlyMethod } from './http.js';
import { Problem } from './problem.js';

const mockRequest = z.object({
  documentNumber: z.string(),
  deviceLink: z.string(),
  flowType: z.enum(['QR', 'Web2App', 'App2App']),
  browserCookie: z.string().optional(),
  initialCallbackUrl: z.string().optional(),
});

/** What the mock phone answers, besides its status 200. */
export interface MockPhoneAnswer {
  /** The rest is of the same-device flows. */
  callbackUrl?: string;
  /** Missing when the site could not be reached. */
  callbackStatus?: number;
  /** Where the callback URL has led to. */
  callbackLocation?: string;
  /** The `set-cookie` headers of the site's answer. */
  callbackCookies?: string[];
  /** Why the callback URL could not be opened. */
  callbackError?: string;
}

export function mockPhone(surroundings: LinkSurroundings): Router {
  const router = Router();
  router
    .route('/device-link')
    .post(
      jsonBody,
      handle(async (request, response) => {
        response.json(await play(request.body, request.ip ?? '', surroundings));
      }),
    )
    .all(onlyMethod('POST'));
  return router;
}

async function play(body: unknown, ipAddress: string, surroundings: LinkSurroundings): Promise<MockPhoneAnswer> {
  const { documentNumber, browserCookie, ...use } = readMockRequest(body);
  const account = accountNamed(documentNumber);
  const { callbackUrl } = await useDeviceLink(surroundings, {
    ...use,
    accountFor: () => account,
    decide: decisionOfAccount,
    ipAddress,
  });
  return openCallback(callbackUrl, browserCookie);
}

/** What the browser would do when the app opens it, except that the answer is only looked at. */
async function openCallback(callbackUrl: string | undefined, cookie: string | undefined): Promise<MockPhoneAnswer> {
  if (callbackUrl === undefined) return {};
  try {
    const response = await fetch(callbackUrl, {
      headers: cookie === undefined ? {} : { cookie },
      redirect: 'manual',
      signal: AbortSignal.timeout(30_000),
    });
    await response.body?.cancel();
    return {
      callbackUrl,
      callbackStatus: response.status,
      callbackLocation: response.headers.get('location') ?? undefined,
      callbackCookies: response.headers.getSetCookie(),
    };
  } catch (error) {
    return { callbackUrl, callbackError: `The callback could not be opened: ${reasonOf(error)}` };
  }
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as { message: string; cause?: { message?: string } };
  return cause?.message || message;
}

function readMockRequest(body: unknown) {
  const result = mockRequest.safeParse(body);
  if (result.success) return result.data;
  throw new Problem(
    400,
    'The request is not valid.',
    result.error.issues.map(({ path, message }) => ({
      code: 'invalid',
      detail: message,
      paramName: path.join('.'),
      pointer: `/${path.join('/')}`,
    })),
  );
}
