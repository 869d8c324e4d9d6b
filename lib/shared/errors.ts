/**
 * Every error this package throws: one class per thing a caller can do about it.
 * `code` is stable and meant for programs, `message` for people; neither ever holds a secret or a personal code.
 */

/** RFC 9457 problem details, as far as the RP API uses them (section "HTTP errors"). */
export interface ProblemDetails {
  /** A URI that names the kind of problem. */
  type?: string;
  /** The kind of problem, in words. */
  title?: string;
  /** The HTTP status. */
  status?: number;
  /** What is wrong with this request, in words. */
  detail?: string;
  /** Each thing that is wrong, and where it is. */
  errors?: {
    /** Such as `NO_SUITABLE_ACCOUNT_FOUND`. */
    code?: string;
    /** What is wrong, in words. */
    detail?: string;
    /** The parameter of the address that is wrong. */
    paramName?: string;
    /** The field of the body that is wrong, as a JSON pointer. */
    pointer?: string;
  }[];
}

/** What all errors of this package have in common. */
export abstract class SmartIdError extends Error {
  /** Stable, for programs. */
  readonly code: string;
  /** The HTTP status that fits when the error reaches an Express error handler. */
  readonly status: number;

  /** Of the classes below, which choose the code and the status. */
  constructor(message: string, code: string, status: number, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.status = status;
  }
}

/** An option or argument breaks a rule: correct the value that `field` names. */
export class SmartIdInputError extends SmartIdError {
  /** The option, argument or field of a request whose value breaks a rule. */
  readonly field: string;

  /**
   * The message is a sentence of the field and the rule.
   * @param rule begins with a verb, as in `must be a function.`
   * @param options `status` is 500 where the site has made the mistake, whatever a visitor sends.
   */
  constructor(field: string, rule: string, { status = 400, ...options }: ErrorOptions & { status?: 400 | 500 } = {}) {
    super(`${field} ${rule}`, 'invalid_input', status, options);
    this.field = field;
  }
}

/** What is wrong with the site's session. */
export type WebSessionProblem =
  | 'session_missing'
  | 'session_in_cookie'
  | 'session_same_site_strict'
  | 'session_same_site_none'
  | 'session_cookie_not_sent'
  | 'session_ended';

/** The site's session cannot carry a login or signature: correct its setup, or start again where it ended meanwhile. */
export class SmartIdSessionError extends SmartIdError {
  declare readonly code: WebSessionProblem;

  /** The message says what to change. */
  constructor(code: WebSessionProblem, message: string) {
    super(message, code, 500);
  }
}

/** Why a store cannot be used. */
export type StoreProblem = 'store_unavailable' | 'store_full';

const storeMessages: Readonly<Record<StoreProblem, string>> = {
  store_unavailable: 'The store of Smart-ID attempts or documents cannot be used at the moment.',
  store_full: 'Too many documents wait for a signature at the moment.',
};

/**
 * The store of attempts or of documents cannot be reached, fails or is full: try again later. `cause` is what it said.
 */
export class SmartIdStoreError extends SmartIdError {
  declare readonly code: StoreProblem;

  /**
   * For stores of a site too: what another error of a store becomes.
   * @param cause what the store has thrown.
   */
  constructor(cause: unknown, code: StoreProblem = 'store_unavailable') {
    super(storeMessages[code], code, 503, { cause });
  }
}

/**
 * One browser starts too often, or one person is sent too many pushes: let the visitor wait for `retryAfterSeconds`.
 */
export class SmartIdLimitError extends SmartIdError {
  declare readonly code: 'too_many_starts' | 'too_many_pushes' | 'too_many_updates';
  /** Seconds after which the visitor may try again. */
  readonly retryAfterSeconds: number;

  /**
   * The message is the same for all limits.
   * @param retryAfterSeconds after which the visitor may try again.
   */
  constructor(code: SmartIdLimitError['code'], retryAfterSeconds: number) {
    super('Smart-ID was started too often. Please wait a few minutes.', code, 429);
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** @deprecated Use `retryAfterSeconds`. */
  get retryAfter(): number {
    return this.retryAfterSeconds;
  }
}

/** The RP API refused a request for a reason that lies with the relying party: correct the request or the contract. */
export class SmartIdRequestError extends SmartIdError {
  /** Of the answer of the service. */
  readonly httpStatus: number;
  /** What the service says of it. */
  readonly problem?: ProblemDetails;

  /**
   * `status` is 500, whatever the service has answered.
   * @param httpStatus of the service.
   */
  constructor(code: string, message: string, httpStatus: number, problem?: ProblemDetails) {
    super(message, code, 500);
    this.httpStatus = httpStatus;
    this.problem = problem;
  }
}

/** The service cannot be reached, is down, or answers what it must not: try again later. */
export class SmartIdServiceError extends SmartIdError {
  /** Of the answer of the service; undefined where there was none. */
  readonly httpStatus?: number;
  /** What the service says of it. */
  readonly problem?: ProblemDetails;
  /** Seconds, where the service has said so or is left in peace for so long. */
  readonly retryAfterSeconds?: number;

  /**
   * `status` is 503, whatever the service has answered.
   * @param options what is known of the answer, where there was one.
   */
  constructor(
    code: 'network' | 'tls_handshake' | 'pin_mismatch' | 'timeout' | 'maintenance' | 'server_error' | 'bad_response',
    message: string,
    options: ErrorOptions & { httpStatus?: number; problem?: ProblemDetails; retryAfterSeconds?: number } = {},
  ) {
    super(message, code, 503, options);
    this.httpStatus = options.httpStatus;
    this.problem = options.problem;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  /** @deprecated Use `retryAfterSeconds`. */
  get retryAfter(): number | undefined {
    return this.retryAfterSeconds;
  }
}

/** Why the service begins no session for somebody. A visitor must not be told. */
export type AccountProblem = 'no_account' | 'no_suitable_account' | 'person_should_act';

/** The person or document has no account that can do this. Never let visitors tell these apart (enumeration). */
export class SmartIdAccountError extends SmartIdError {
  declare readonly code: AccountProblem;
  /** Of the answer of the service. */
  readonly httpStatus: number;
  /** What the service says of it. */
  readonly problem?: ProblemDetails;

  /**
   * The message is the same for all codes.
   * @param httpStatus of the service.
   */
  constructor(code: AccountProblem, httpStatus: number, problem?: ProblemDetails) {
    super('The Smart-ID service has no account that can be used for this request.', code, 401);
    this.httpStatus = httpStatus;
    this.problem = problem;
  }
}

/** The session is unknown to the RP API, most often because it has expired: start again. */
export class SmartIdSessionNotFoundError extends SmartIdError {
  /** What the service says of it. */
  readonly problem?: ProblemDetails;

  /** The code is always `session_not_found`. */
  constructor(problem?: ProblemDetails) {
    super('The Smart-ID session no longer exists.', 'session_not_found', 401);
    this.problem = problem;
  }
}

/**
 * The session ended without a result: the person refused, was too late, and so on. `endResult` is the service's word.
 */
export class SmartIdOutcomeError extends SmartIdError {
  /** The word of the service, such as `USER_REFUSED`. */
  readonly endResult: string;
  /** The `type` of the interaction that was refused, where one was. */
  readonly interaction?: string;

  /** The code is the end result in lower case, or `unknown_result` for one that the protocol does not have. */
  constructor(endResult: string, interaction?: string) {
    super('The Smart-ID session ended without success.', outcomeCode(endResult), 401);
    this.endResult = endResult;
    this.interaction = interaction;
  }
}

/** A signature did not come about. The message may be shown to anybody; `code` is for the site, as in a login. */
export class SmartIdSigningError extends SmartIdError {
  /** As it was given to `start`, where it is known which attempt this was. */
  readonly reference?: string;
  /** As it was given to `start`. */
  readonly returnTo?: string;

  /**
   * `status` is 401 for what the person did, 403 for what does not verify.
   * @param begun what the signing was started with.
   */
  constructor(
    { code, message }: { code: string; message: string },
    status: 401 | 403,
    begun: { reference?: string; returnTo?: string } = {},
  ) {
    super(message, code, status);
    this.reference = begun.reference;
    this.returnTo = begun.returnTo;
  }
}

/**
 * A document is signed and not finished: the timestamp authority or an OCSP responder is out of reach, or what they say
 * does not verify. Nothing is lost: tell the visitor that they have signed, and finish it later by
 * `SmartIdDocuments.complete(signingId)`. `cause` is what went wrong.
 */
export class SmartIdDocumentError extends SmartIdError {
  declare readonly code: 'document_unfinished';
  /** Of the signature whose document waits. */
  readonly signingId: string;

  /**
   * The code is always `document_unfinished`.
   * @param cause what has gone wrong.
   */
  constructor(signingId: string, cause: unknown) {
    super('The document is signed but cannot be finished at the moment.', 'document_unfinished', 503, { cause });
    this.signingId = signingId;
  }
}

/** An answer does not verify; `check` names the rule that refused it. Treat it as an attack until shown otherwise. */
export class SmartIdVerificationError extends SmartIdError {
  /** The name of the check that did not hold, such as `certificate-path`. */
  readonly check: string;

  /**
   * The message is the check and the reason.
   * @param reason holds neither a secret nor a personal code.
   */
  constructor(check: string, reason: string, options?: ErrorOptions) {
    super(`${check}: ${reason}`, 'not_verified', 403, options);
    this.check = check;
  }
}

/** End results of the RP API (section "Session status"); the service may send others, which are failures too. */
const endResults = new Set([
  'USER_REFUSED',
  'USER_REFUSED_INTERACTION',
  'USER_REFUSED_CERT_CHOICE',
  'TIMEOUT',
  'WRONG_VC',
  'DOCUMENT_UNUSABLE',
  'REQUIRED_INTERACTION_NOT_SUPPORTED_BY_APP',
  'PROTOCOL_FAILURE',
  'EXPECTED_LINKED_SESSION',
  'SERVER_ERROR',
  'ACCOUNT_UNUSABLE',
]);

/** The stable code of an end result. */
export function outcomeCode(endResult: string): string {
  return endResults.has(endResult) ? endResult.toLowerCase() : 'unknown_result';
}

// Not by the names of the classes, which bundlers make shorter.
for (const [name, errorClass] of Object.entries({
  SmartIdInputError,
  SmartIdSessionError,
  SmartIdStoreError,
  SmartIdLimitError,
  SmartIdRequestError,
  SmartIdServiceError,
  SmartIdAccountError,
  SmartIdSessionNotFoundError,
  SmartIdOutcomeError,
  SmartIdSigningError,
  SmartIdDocumentError,
  SmartIdVerificationError,
})) {
  errorClass.prototype.name = name;
}
