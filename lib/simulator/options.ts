/** Everything `startSimulator` can be told, and what holds when it is not told. */

import type { AuthorityKeys } from './pki/authority.js';

/** A relying party that the simulator knows; the service knows them by contract. */
export interface RelyingParty {
  /** What the site sends as `relyingPartyUUID`. */
  uuid: string;
  /** What the site sends as `relyingPartyName`. */
  name: string;
  /** For a broker: on whose behalf it asks. Part of authCode and ACSP_V2. */
  brokeredRpName?: string;
  /**
   * The permission to ask for the device's address with `shareMdClientIpAddress`.
   * @default `false`
   */
  mayShareIpAddress?: boolean;
  /**
   * The permission to ask for accounts and certificates of the level `ADVANCED`.
   * @default `false`
   */
  mayUseAdvanced?: boolean;
  /**
   * What it may ask for in `capabilities`.
   * @default nothing
   */
  capabilities?: readonly string[];
}

/** What `startSimulator` is told. */
export interface SimulatorOptions {
  /**
   * 0 takes any free port.
   * @default `5080`
   */
  port?: number;
  /**
   * The address to listen at.
   * @default `127.0.0.1`
   */
  host?: string;
  /**
   * Bits of the accounts' RSA keys. Real ones have 6144; 2048 saves seconds at each account's first use.
   * @default `2048`
   */
  keySize?: number;
  /**
   * Milliseconds until a session that nobody answers ends with `TIMEOUT`.
   * @default `120_000`
   */
  sessionLifetimeMs?: number;
  /**
   * Who answers pushes: the account by itself, or a person on the phone page or a test by `simulator.phone`.
   * @default `'automatic'`
   */
  notificationAnswer?: 'automatic' | 'phone';
  /**
   * Milliseconds until an account answers a notification by itself.
   * @default `1000`
   */
  notificationDelayMs?: number;
  /**
   * Milliseconds that an app waits, after a certificate choice by device link, for the linked signature.
   * @default `10_000`
   */
  linkedSignatureWaitMs?: number;
  /** @deprecated Use `sessionLifetimeMs`. */
  sessionLifetime?: number;
  /** @deprecated Use `notificationDelayMs`. */
  notificationDelay?: number;
  /** @deprecated Use `linkedSignatureWaitMs`. */
  linkedSignatureWait?: number;
  /**
   * At least one; the first is `sim.relyingPartyUUID` and `sim.relyingPartyName`.
   * @default the one of the demo environment, `DEMO`
   */
  relyingParties?: readonly [RelyingParty, ...RelyingParty[]];
  /**
   * Of a simulator before, whose trust anchors then stay good for this one.
   * @default new ones
   */
  authorityKeys?: AuthorityKeys;
  /**
   * Milliseconds since the epoch, for tests.
   * @default `Date.now`
   */
  clock?: () => number;
}

/** The options that have a value of their own. */
export type SimulatorSettings = Required<Omit<SimulatorOptions, 'authorityKeys' | DeprecatedName>>;

type DeprecatedName = 'sessionLifetime' | 'notificationDelay' | 'linkedSignatureWait';

export const schemeName = 'smart-id-demo';

/** The one that everybody may use (RP API 3.2.3, "Demo environment"). */
export const demoRelyingParty: RelyingParty = { uuid: '00000000-0000-4000-8000-000000000000', name: 'DEMO' };

export function withDefaults(options: SimulatorOptions): SimulatorSettings {
  return {
    port: options.port ?? 5080,
    host: options.host ?? '127.0.0.1',
    keySize: options.keySize ?? 2048,
    sessionLifetimeMs: options.sessionLifetimeMs ?? options.sessionLifetime ?? 120_000,
    notificationAnswer: options.notificationAnswer ?? 'automatic',
    notificationDelayMs: options.notificationDelayMs ?? options.notificationDelay ?? 1000,
    linkedSignatureWaitMs: options.linkedSignatureWaitMs ?? options.linkedSignatureWait ?? 10_000,
    relyingParties: options.relyingParties ?? [demoRelyingParty],
    clock: options.clock ?? Date.now,
  };
}
