/** What Smart-ID does on this site, as Prometheus metrics. */

import { subscribe } from 'node:diagnostics_channel';
import { createServer, type Server } from 'node:http';
import {
  type OutcomeMessage,
  outcomeChannel,
  type RevocationCheckMessage,
  type RpApiCallMessage,
  revocationCheckChannel,
  rpApiCallChannel,
  type SessionEndMessage,
  type StartMessage,
  sessionEndChannel,
  startChannel,
  verificationFailureChannel,
} from 'passport-smart-id';
import { Counter, Histogram, Registry } from 'prom-client';

export function createMetrics(): Registry {
  const registry = new Registry();
  const registers = [registry];
  const counter = (name: string, help: string, labelNames: string[]) =>
    new Counter({ name, help, labelNames, registers });
  const seconds = (name: string, help: string, labelNames: string[], buckets: number[]) =>
    new Histogram({ name, help, labelNames, buckets, registers });

  const starts = counter('smart_id_starts_total', 'Logins and signings begun', ['what', 'flow', 'code']);
  const ends = counter('smart_id_session_ends_total', 'What the service said', ['end_result', 'flow_type']);
  const outcomes = counter('smart_id_outcomes_total', 'What became of them here', ['what', 'flow', 'code']);
  const failures = counter('smart_id_verification_failures_total', 'Answers that did not verify: look at each', [
    'check',
  ]);
  const waiting = seconds(
    'smart_id_completion_seconds',
    'From the start to the login or signature',
    ['what', 'flow'],
    [5, 10, 20, 40, 80, 160, 300],
  );
  const calls = seconds(
    'smart_id_rp_api_seconds',
    'Requests to the RP API',
    ['endpoint', 'result'],
    [0.05, 0.2, 1, 5, 30, 70],
  );
  const checks = seconds('smart_id_revocation_seconds', 'OCSP and CRL requests', ['by', 'result'], [0.05, 0.2, 1, 5]);

  hear<StartMessage>(startChannel, ({ what, flow, code }) => starts.inc({ what, flow, code }));
  hear<SessionEndMessage>(sessionEndChannel, ({ endResult, flowType }) =>
    ends.inc({ end_result: endResult, flow_type: flowType ?? 'none' }),
  );
  hear<OutcomeMessage>(outcomeChannel, ({ what, flow = 'none', code, milliseconds }) => {
    outcomes.inc({ what, flow, code });
    if (code === 'ok' && milliseconds !== undefined) waiting.observe({ what, flow }, milliseconds / 1000);
  });
  hear<RpApiCallMessage>(rpApiCallChannel, ({ endpoint, status, code, milliseconds }) =>
    calls.observe({ endpoint, result: String(status ?? code) }, milliseconds / 1000),
  );
  hear<RevocationCheckMessage>(revocationCheckChannel, ({ by, result, milliseconds }) =>
    checks.observe({ by, result }, milliseconds / 1000),
  );
  hear<{ error: { check: string } }>(verificationFailureChannel, ({ error }) => failures.inc({ check: error.check }));
  return registry;
}

function hear<Message>(channel: string, listen: (message: Message) => void): void {
  subscribe(channel, (message) => listen(message as Message));
}

/** For Prometheus alone: a port that only this machine reaches. */
export function serveMetrics(registry: Registry, port: number): Server {
  const server = createServer((_req, res) => {
    void registry.metrics().then((text) => res.setHeader('content-type', registry.contentType).end(text));
  });
  return server.listen(port, '127.0.0.1');
}
