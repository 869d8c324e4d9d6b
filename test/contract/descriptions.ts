/** The OpenAPI files of the service, where they lie beside the project: they are not ours to hand out. */

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { skipForWantOf } from '../support/skip.js';
import { brokenRules } from './described-rules.js';
import { type Difference, OpenApi } from './open-api.js';
import type { Interface, RecordedExchange } from './recorded-exchanges.js';

const folder = new URL('../../../shared/openapi/', import.meta.url);
const files: Record<Interface, string> = { 'rp-api': 'RP-API_V3.yml', 'mock-phone': 'mock-device-link.yml' };

export type Descriptions = Record<Interface, OpenApi>;

/** The first file that is not there. */
export function missingDescription(): string | undefined {
  return Object.values(files).find((name) => !existsSync(new URL(name, folder)));
}

/** Skips the tests of the calling `before` hook where one of the files is missing. */
export function needDescriptions(test: Mocha.Context): Descriptions {
  const missing = missingDescription();
  if (missing !== undefined) skipForWantOf(`the file openapi/${missing} beside the project`, test);
  return readDescriptions();
}

export function readDescriptions(): Descriptions {
  const read = (name: string) => new OpenApi(readFileSync(fileURLToPath(new URL(name, folder)), 'utf8'));
  return { 'rp-api': read(files['rp-api']), 'mock-phone': read(files['mock-phone']) };
}

/** Where an exchange is not as the file says. Of a request that is wrong on purpose, that the file would take it. */
export function differencesOf(descriptions: Descriptions, exchange: RecordedExchange): Difference[] {
  const description = descriptions[exchange.spokenTo];
  const operation = description.operationOf(exchange)?.id ?? '';
  const ofRequest = description.judgeRequest(exchange);
  const others = [...description.judgeAnswer(exchange), ...brokenRules(operation, exchange, exchange.isWrongOnPurpose)];
  if (!exchange.isWrongOnPurpose) return [...ofRequest, ...others];
  if (ofRequest.length > 0) return others;
  const detail = 'the file takes this request';
  return [{ operation, place: 'request', rule: 'wrong on purpose', detail }, ...others];
}
