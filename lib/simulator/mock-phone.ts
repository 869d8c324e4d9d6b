/**
 * The mock phone of the demo environment, with the same fields: a test hands it a link, and the document number decides
 * what happens. RP API 3.2.3, "Test accounts", "Mocking device link flows", "Linked signing".
 */
import { Router } from 'express';
import { z } from 'zod';
import { accountNamed, UnsuitableAccount } from './answer.js';
import { decisionOfAccount } from './decision.js';
import { UnusableLink } from './device-link.js';
import { type LinkSurroundings, useDeviceLink } from './device-link-use.js';
import { handle, jsonBody, onlyMethod } from './http.js';
import { readRequest } from './requests/read.js';

const common = { documentNumber: z.string(), deviceLink: z.string() };

const sameDeviceRequest = z.object({
  ...common,
  flowType: z.enum(['Web2App', 'App2App']),
  browserCookie: z.string().transform(cookieHeader),
  initialCallbackUrl: z.url({ protocol: /^https?$/ }),
});

/** A QR code brings nobody back: a cookie or URL that comes with it is passed over, whatever it is. */
const mockRequest = z.discriminatedUnion('flowType', [
  z.object({ ...common, flowType: z.literal('QR') }),
  sameDeviceRequest,
]);

/** What the mock phone answers, besides its status 200. The demo environment's says nothing. */
export interface MockPhoneAnswer {
  /** Why the link was passed over. The session goes on without it, or has ended with `PROTOCOL_FAILURE`. */
  ignored?: string;
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
        response.json(await useLink(request.body, request.ip ?? '', surroundings));
      }),
    )
    .all(onlyMethod('POST'));
  return router;
}

async function useLink(body: unknown, ipAddress: string, surroundings: LinkSurroundings): Promise<MockPhoneAnswer> {
  const mock = readRequest(body, mockRequest);
  const account = accountNamed(mock.documentNumber);
  const { deviceLink, flowType } = mock;
  const sameDevice = mock.flowType === 'QR' ? undefined : mock;
  try {
    const { callbackUrl } = await useDeviceLink(surroundings, {
      deviceLink,
      flowType,
      initialCallbackUrl: sameDevice?.initialCallbackUrl,
      accountFor: () => account,
      decide: decisionOfAccount,
      ipAddress,
    });
    return await openCallback(callbackUrl, sameDevice?.browserCookie);
  } catch (error) {
    if (error instanceof UnusableLink || error instanceof UnsuitableAccount) return { ignored: error.message };
    throw error;
  }
}

/** The header that a browser sends: the text as it is, or made of JSON that names each cookie and its value. */
function cookieHeader(text: string): string {
  const cookies = parseJson(text);
  if (typeof cookies === 'string') return cookies;
  if (typeof cookies !== 'object' || cookies === null) return text;
  const named =
    Array.isArray(cookies) || isNamedCookie(cookies)
      ? [cookies].flat()
      : Object.entries(cookies).map(([name, value]) => ({ name, value }));
  return named
    .filter(isNamedCookie)
    .map(({ name, value }) => `${name}=${value}`)
    .join('; ');
}

function isNamedCookie(cookie: unknown): cookie is { name: string; value: string } {
  const { name, value } = (cookie ?? {}) as Record<string, unknown>;
  return typeof name === 'string' && typeof value === 'string';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
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
