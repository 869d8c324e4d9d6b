/**
 * Documents in a signing: `prepare` for `SmartIdSigning`, `signed` for the signing page, and the drafts between them in
 * a store, so that nothing is lost which a person has signed.
 */

import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Request } from 'express';
import { checkDraft } from '../documents/check-draft.js';
import {
  type CompletionServices,
  checkSignature,
  completeChecked,
  type DocumentDraft,
  type SignedDocument,
  signChecked,
} from '../documents/complete.js';
import { type ContainerFile, prepareContainer } from '../documents/container/index.js';
import type { DocumentHashAlgorithm, SignatureLevel } from '../documents/draft.js';
import { type DraftAdditions, type DraftStore, MemoryDraftStore } from '../documents/draft-store.js';
import { signatureLevels } from '../documents/options.js';
import { type FieldToFill, preparePdf, type VisibleSignature } from '../documents/pdf/index.js';
import { loadTimestampAnchors } from '../documents/timestamp/anchors.js';
import { authorityName } from '../documents/timestamp/response.js';
import { requestTimestamp } from '../documents/timestamp/timestamp.js';
import type { SignatureAlgorithm } from '../protocol/algorithms.js';
import { SmartIdDocumentError, SmartIdInputError } from '../shared/errors.js';
import { exchange, type Fetch } from '../shared/http.js';
import { fetchOverKeptConnections } from '../shared/kept-connections.js';
import { loadTrustAnchors, type TrustAnchorSource } from '../trust/anchors.js';
import { parseCertificate } from '../trust/certificate.js';
import { buildPath } from '../trust/path.js';
import { ocspUrls } from '../trust/revocation/revocation.js';
import type { SmartIdSignature } from './finish.js';
import type { Preparation, Signer, SigningRequest } from './options.js';

/** A document to be signed: a PDF, files for a new container, or a container that gets one more signature. */
export type DocumentToSign =
  | {
      /** The file, of at most 100 MB. Signatures in it stay valid. */
      pdf: Uint8Array;
      /**
       * Where a page shows that it is signed; readers list the signature all the same.
       * @default nowhere
       */
      visible?: VisibleSignature;
      /**
       * The empty signature field of the file that it fills, by its name.
       * @default a new one
       */
      field?: string | FieldToFill;
      /** Why it is signed, in at most 500 characters. */
      reason?: string;
      /** Where it is signed, in at most 500 characters. */
      location?: string;
    }
  | {
      /** What a new container holds: 1 to 1000 files, 100 MB together. */
      files: readonly ContainerFile[];
    }
  | {
      /** An ASiC-E container of at most 100 MB: its files and signatures stay as they are. */
      container: Uint8Array;
    };

/** The site's own function: which document this signer is to sign; nothing turns the signer away. */
export type ChooseDocument = (
  signer: Signer,
  request: SigningRequest,
  req: Request,
) => DocumentToSign | false | null | undefined | Promise<DocumentToSign | false | null | undefined>;

/** What the site does with a signed document. Where it throws, the same finish may be tried again. */
export type KeepDocument = (document: SignedDocument, signature: SmartIdSignature, req: Request) => unknown;

/** What `SmartIdDocuments` is told. */
export interface SmartIdDocumentsOptions {
  /** The CAs that issue certificates of signers: the same as for `SmartIdSigning`. */
  trustAnchors: TrustAnchorSource;
  /**
   * How long the signatures can be verified (ETSI EN 319 142-1 and 319 132-1): `LT` has a timestamp, the certificates
   * and the OCSP answers inside, as DigiDoc and other programs of the Baltic states ask.
   * @default `'LT'`
   */
  level?: SignatureLevel;
  /** Who is asked for timestamps; not needed for the level `B` alone. */
  timestampAuthority?: {
    /** Such as `http://tsa.sk.ee`, which needs a contract; `simulator.timestampUrl` in tests. */
    url: string;
    /** CAs of timestamp units, or certificates of units; `simulator.timestampTrustAnchors` in tests. */
    trustAnchors: TrustAnchorSource;
    /**
     * Object identifier of the only policy that will do.
     * @default any will
     */
    policy?: string;
  };
  /**
   * What the app signs with. The PKCS#1 v1.5 algorithms are for programs that know nothing else.
   * @default `'rsassa-pss'`
   */
  signatureAlgorithm?: SignatureAlgorithm;
  /**
   * What the app signs is a hash of this kind.
   * @default `'SHA-512'`, or the hash that `signatureAlgorithm` names
   */
  hashAlgorithm?: DocumentHashAlgorithm;
  /**
   * Where drafts are kept.
   * @default in the memory of this process
   */
  store?: DraftStore;
  /** Replaces the HTTP over kept connections, for a proxy or a test. */
  fetch?: Fetch;
  /**
   * Milliseconds since the epoch.
   * @default `Date.now`
   */
  clock?: () => number;
}

/** Longer than an attempt lives from its signature session to its last finish, which is 3 minutes. */
const draftLifetimeMs = 5 * 60_000;
/** For a document that is signed and waits for a timestamp or an OCSP answer: time to mend what is out of reach. */
const signedLifetimeMs = 7 * 24 * 3_600_000;
/** For one process to complete a document: the timestamp and the OCSP answers may take 10 s each. */
const claimLifetimeMs = 30_000;
/** Between two looks whether the other process has finished. */
const claimPauseMs = 200;
const probeTimeoutMs = 5_000;
const maxProbeBytes = 64 * 1024;
/** An authority that was there a moment ago is not asked again. */
const probeIsGoodForMs = 60_000;

/** Documents that people sign with Smart-ID: PDF (PAdES) and ASiC-E containers (XAdES). */
export class SmartIdDocuments {
  private readonly services: CompletionServices & { fetch: Fetch };
  private readonly options: Pick<SmartIdDocumentsOptions, 'signatureAlgorithm' | 'hashAlgorithm'> & {
    level: SignatureLevel;
  };
  private readonly store: DraftStore;
  private readonly completing = new Map<string, Promise<SignedDocument>>();
  private readonly handingOver = new Map<string, Promise<void>>();
  private reachedUntil = Number.NEGATIVE_INFINITY;

  /** @throws SmartIdInputError naming the option that breaks a rule. */
  constructor(options: SmartIdDocumentsOptions) {
    const { level = 'LT', timestampAuthority, signatureAlgorithm, hashAlgorithm, clock = Date.now } = options;
    if (level !== 'B' && !timestampAuthority) {
      throw new SmartIdInputError('timestampAuthority', `must be given for the level ${level}; only B does without.`);
    }
    this.options = { level, signatureAlgorithm, hashAlgorithm };
    this.store = options.store ?? new MemoryDraftStore();
    this.services = {
      trustAnchors: loadTrustAnchors(options.trustAnchors, clock()),
      timestampAuthority: timestampAuthority && {
        ...timestampAuthority,
        trustAnchors: loadTimestampAnchors(timestampAuthority.trustAnchors, clock()),
      },
      fetch: options.fetch ?? fetchOverKeptConnections(),
      clock,
    };
  }

  /**
   * For the second argument of `SmartIdSigning`.
   * @param choose says which document it is.
   */
  prepare(choose: ChooseDocument): Preparation {
    return {
      prepare: async (signer, request, req) => {
        const document = await choose(signer, request, req);
        if (document === undefined || document === null || document === false) return undefined;
        checkDocument(document);
        // Known before anybody's phone rings, and nothing is bought yet.
        await this.reachTimestampAuthority();
        const { draft, ...toSign } = await this.prepareDraft(document, signer);
        this.checkSigner(signer);
        // By the clock of these options, which signChecked goes by.
        const expiresAt = this.services.clock() + draftLifetimeMs;
        if (await this.store.create(request.id, { ...draft, expiresAt }, draftLifetimeMs)) return toSign;
        throw new SmartIdInputError('id', 'is that of another document that waits for its signature.');
      },
      discard: (id) => this.store.discard(id),
    };
  }

  /**
   * For the option `signed` of the signing page, and for a handler behind `signing.finish()`: makes the signed file of
   * the verified signature and hands it to the site, after which nothing of it is kept here. Where that cannot be made
   * at the moment, the error handler gets a `SmartIdDocumentError`, and the visitor may repeat the request.
   */
  signed(keep: KeepDocument): (signature: SmartIdSignature, req: Request) => Promise<void> {
    return (signature, req) => {
      // Where two requests bring one signature at the same time, the site gets it once.
      const running = this.handingOver.get(signature.id);
      return running ?? remembered(this.handingOver, signature.id, this.handOver(keep, signature, req));
    };
  }

  /**
   * The signed file. Where a timestamp or an OCSP answer is not to be had, what the person has signed is kept for seven
   * days: call it again without the value, in any process with the same store. Each time it is the same file.
   * @param id that of the signature, as `prepare` and `signed` are told it.
   * @param value of the signature, when it comes for the first time. Given again it must be of this document, too.
   * @throws SmartIdInputError naming `id` when there is no such document; SmartIdServiceError when somebody cannot be
   * reached, and SmartIdDocumentError when another process is just completing it: try again; SmartIdVerificationError
   * when something does not verify.
   */
  complete(id: string, value?: Uint8Array): Promise<SignedDocument> {
    return this.completeShared(id, value).catch((error: unknown) => {
      throw error instanceof SignedFailure ? error.cause : error;
    });
  }

  /** Keeps nothing of this document any more. */
  async forget(id: string): Promise<void> {
    await this.store.remove(id);
  }

  /**
   * Takes one timestamp and verifies it: when the site starts, so that wrong trust anchors or an address that is not in
   * the contract are found before anybody has signed. It costs what a timestamp costs.
   * @throws SmartIdServiceError when the authority cannot be reached, SmartIdVerificationError when its timestamp does
   * not verify; SmartIdInputError naming `timestampAuthority` when there is none.
   */
  async checkTimestampAuthority(): Promise<void> {
    const { timestampAuthority, fetch, clock } = this.services;
    if (!timestampAuthority) throw new SmartIdInputError('timestampAuthority', 'must be given to be checked.');
    await requestTimestamp({ ...timestampAuthority, bytes: randomBytes(32), fetch, clock });
  }

  /** @throws SignedFailure where the signature is kept, and the file cannot be made of it. */
  private completeShared(id: string, value?: Uint8Array): Promise<SignedDocument> {
    const running = this.completing.get(id);
    if (running && value === undefined) return running;
    const complete = () => this.claimed(id, () => this.completeClaimed(id, value));
    // One that runs may have begun without the value, or with another: each value is verified.
    return remembered(this.completing, id, running ? running.then(complete, complete) : complete());
  }

  /**
   * One process at a time: two would buy two timestamps. Should it take longer, or die, the next one begins, and both
   * make one file, of the evidence that the store has got first.
   */
  private async claimed<T>(id: string, work: () => Promise<T>): Promise<T> {
    const lastTryAt = performance.now() + claimLifetimeMs;
    // By the time of the question: where the answer was late, the claim has less left than it had.
    let askedAt = performance.now();
    while (!(await this.store.claim(id, claimLifetimeMs))) {
      if (performance.now() > lastTryAt) {
        throw new SmartIdDocumentError(id, new Error('Another process is completing it.'));
      }
      await sleep(claimPauseMs);
      askedAt = performance.now();
    }
    const isOursUntil = askedAt + claimLifetimeMs;
    try {
      return await work();
    } finally {
      // A claim that cannot be given back ends by itself.
      if (performance.now() < isOursUntil) await this.store.release(id).catch(() => {});
    }
  }

  private async completeClaimed(id: string, value?: Uint8Array): Promise<SignedDocument> {
    const draft = await this.loadSigned(id, value);
    try {
      return await completeChecked(draft, this.services, (changed) => this.keepAdditions(id, changed));
    } catch (error) {
      const isKept = draft.signature !== undefined && !(error instanceof SmartIdInputError && error.field === 'id');
      throw isKept ? new SignedFailure(error) : error;
    }
  }

  private async loadSigned(id: string, value?: Uint8Array): Promise<DocumentDraft> {
    const draft = await this.store.load(id);
    if (!draft) throw unknownId();
    checkDraft(draft);
    this.checkLevel(draft);
    if (value === undefined) return draft;
    if (draft.signature !== undefined) {
      // Of a document that a store takes for this one, nothing is to be given to whoever has signed another.
      checkSignature(draft, Buffer.from(value).toString('base64'));
      return draft;
    }
    const { signature } = signChecked(draft, value, this.services.clock());
    const kept = await this.store.add(id, { signature }, this.lifetimeLeft(draft));
    if (!kept) throw unknownId();
    return { ...draft, signature: kept.signature };
  }

  /** Of a signed draft: not longer with each try. */
  private lifetimeLeft({ expiresAt }: DocumentDraft): number {
    return Math.max(1, expiresAt + signedLifetimeMs - this.services.clock());
  }

  /** With the evidence of whoever was first. */
  private async keepAdditions(id: string, draft: DocumentDraft): Promise<DocumentDraft> {
    const { timestamp, evidence } = draft;
    const additions: DraftAdditions = evidence ? { evidence } : { timestamp };
    // Where the store fails, the file is finished all the same: the next try would take another timestamp.
    const kept = await this.store.add(id, additions, this.lifetimeLeft(draft)).catch(() => additions);
    if (!kept) throw unknownId();
    return { ...draft, evidence: kept.evidence };
  }

  private async handOver(keep: KeepDocument, signature: SmartIdSignature, req: Request): Promise<void> {
    const { id, value } = signature;
    const document = await this.completeShared(id, value).catch((error: unknown) => {
      throw error instanceof SignedFailure ? new SmartIdDocumentError(id, error.cause) : error;
    });
    await keep(document, signature, req);
    await this.forget(id);
  }

  /** A signature whose evidence cannot be had is not worth asking a person for. */
  private checkSigner({ certificate }: Signer): void {
    const { trustAnchors, clock } = this.services;
    const parsed = parseCertificate(certificate.raw);
    const result = buildPath(parsed, trustAnchors, clock());
    if ('refusal' in result) {
      const rule = `must be those of SmartIdSigning; the signer's certificate is refused: ${result.refusal}.`;
      throw new SmartIdInputError('trustAnchors', rule, { status: 500 });
    }
    if (this.options.level === 'LT' && ocspUrls(parsed).length === 0) {
      throw new SmartIdInputError('certificate', 'must name an OCSP responder for the level LT.');
    }
  }

  /** Who can write into the store must not make signatures that last less. */
  private checkLevel({ level }: DocumentDraft): void {
    const wanted = this.options.level;
    if (signatureLevels.indexOf(level) >= signatureLevels.indexOf(wanted)) return;
    throw new SmartIdInputError('draft', `must be of the level ${wanted}, or one that lasts longer.`);
  }

  private prepareDraft(document: DocumentToSign, { certificate }: Signer) {
    const signedAt = this.services.clock();
    const common = { ...this.options, certificate, signedAt, expiresInMs: draftLifetimeMs };
    const { pdf, visible, field, reason, location, files, container } = document as GivenDocument;
    if (isGiven(pdf)) return preparePdf(pdf, { ...common, visible, field, reason, location });
    return prepareContainer(isGiven(files) ? { files } : { container: container as Uint8Array }, common);
  }

  private async reachTimestampAuthority(): Promise<void> {
    const { timestampAuthority, fetch, clock } = this.services;
    if (!timestampAuthority || this.options.level === 'B' || clock() < this.reachedUntil) return;
    await exchange(fetch, {
      service: authorityName,
      method: 'GET',
      url: timestampAuthority.url,
      headers: {},
      timeoutMs: probeTimeoutMs,
      maxBytes: maxProbeBytes,
    });
    this.reachedUntil = clock() + probeIsGoodForMs;
  }
}

/** What went wrong with a document whose signature is kept, as its `cause`. */
class SignedFailure extends Error {
  constructor(cause: unknown) {
    super('The document is signed, and not finished.', { cause });
  }
}

/** One of the three kinds is given. The others may be there without a value, as in `{ pdf, files: undefined }`. */
type GivenDocument = Partial<
  Extract<DocumentToSign, { pdf: unknown }> &
    Extract<DocumentToSign, { files: unknown }> &
    Extract<DocumentToSign, { container: unknown }>
>;

const isGiven = <T>(value: T): value is T & {} => value !== undefined && value !== null;

/** In JavaScript anything may come back. */
function checkDocument(document: unknown): void {
  const { pdf, files, container } = Object(document) as Record<string, unknown>;
  if ([pdf, files, container].filter(isGiven).length === 1) return;
  const rule = 'must return one of { pdf }, { files } and { container }, or nothing to turn the signer away.';
  throw new SmartIdInputError('choose', rule, { status: 500 });
}

const unknownId = () => new SmartIdInputError('id', 'is that of no document that waits for a signature.');

/** The work, which can be found under this key for as long as it goes on. */
function remembered<T>(works: Map<string, Promise<T>>, key: string, work: Promise<T>): Promise<T> {
  const going = work.finally(() => {
    if (works.get(key) === going) works.delete(key);
  });
  works.set(key, going);
  return going;
}
