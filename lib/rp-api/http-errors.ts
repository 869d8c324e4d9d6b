/** What each HTTP status of the RP API means for the caller (section "HTTP errors"). */

import {
  type ProblemDetails,
  SmartIdAccountError,
  SmartIdRequestError,
  SmartIdServiceError,
  SmartIdSessionNotFoundError,
} from '../shared/errors.js';
import { parseProblemDetails } from './problem-details.js';

export interface ServiceAnswer {
  status: number;
  /** Milliseconds. */
  retryAfterMs?: number;
  body: string;
}

/** Whether the service asks to be left in peace. */
export function isOverloaded({ status }: Pick<ServiceAnswer, 'status'>): boolean {
  return status === 429 || status === 503 || status === 580;
}

/**
 * What a 404 says is missing: `path` is the whole API at the base URL, `version` the same where the URL has no `/v3` at
 * its end.
 */
export type Missing = 'account' | 'session' | 'path' | 'version';

export function httpError({ status, retryAfterMs, body }: ServiceAnswer, missing: Missing): Error {
  const problem = parseProblemDetails(body);
  switch (status) {
    case 400:
      return new SmartIdRequestError(
        'bad_request',
        'The Smart-ID service found the request malformed.',
        status,
        problem,
      );
    case 401:
      return new SmartIdRequestError(
        'unauthorized',
        'The Smart-ID service does not know this relying party at this IP address: check relyingPartyUUID and relyingPartyName.',
        status,
        problem,
      );
    case 403:
      return new SmartIdRequestError(
        'forbidden',
        'The Smart-ID service knows no relying party with this relyingPartyUUID, or it lacks the permission for what is asked: check relyingPartyUUID, certificateLevel, capabilities and requestProperties.',
        status,
        problem,
      );
    case 404:
      return notFoundError(missing, problem);
    case 471:
      return new SmartIdAccountError('no_suitable_account', status, problem);
    case 472:
      return new SmartIdAccountError('person_should_act', status, problem);
    case 480:
      return new SmartIdRequestError(
        'client_too_old',
        'The Smart-ID service no longer supports this version of the client: update passport-smart-id.',
        status,
        problem,
      );
  }
  if (isOverloaded({ status })) {
    return new SmartIdServiceError(
      'maintenance',
      'The Smart-ID service is under maintenance, or was asked too often.',
      {
        httpStatus: status,
        problem,
        retryAfterSeconds: retryAfterMs && Math.ceil(retryAfterMs / 1000),
      },
    );
  }
  if (status >= 500) {
    return new SmartIdServiceError('server_error', `The Smart-ID service failed with status ${status}.`, {
      httpStatus: status,
      problem,
    });
  }
  return new SmartIdServiceError(
    'bad_response',
    `The Smart-ID service answered with the unexpected status ${status}.`,
    {
      httpStatus: status,
      problem,
    },
  );
}

function notFoundError(missing: Missing, problem: ProblemDetails | undefined): Error {
  switch (missing) {
    case 'account':
      return new SmartIdAccountError(isUnsuitable(problem) ? 'no_suitable_account' : 'no_account', 404, problem);
    case 'session':
      return new SmartIdSessionNotFoundError(problem);
    case 'path':
      return wrongAddress('check environment.baseUrl.', problem);
    case 'version':
      return wrongAddress('environment.baseUrl probably lacks /v3, since its path does not end in it.', problem);
  }
}

/** Whether the person has accounts, but none of the level that was asked for. */
function isUnsuitable(problem: ProblemDetails | undefined): boolean {
  return problem?.errors?.[0]?.code === 'NO_SUITABLE_ACCOUNT_FOUND';
}

function wrongAddress(advice: string, problem: ProblemDetails | undefined): SmartIdRequestError {
  const message = `There is no Smart-ID service at this address: ${advice}`;
  return new SmartIdRequestError('wrong_address', message, 404, problem);
}
