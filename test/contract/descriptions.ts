/** The service's own descriptions of its two interfaces, and how an exchange is held against them. */

import { readFileSync } from 'node:fs';
import { type SharedFile, sharedFiles } from '../support/shared-files.js';
import { brokenRules } from './described-rules.js';
import { type Difference, OpenApi } from './open-api.js';
import type { Interface, RecordedExchange } from './recorded-exchanges.js';

export type Descriptions = Record<Interface, OpenApi>;

export const descriptionFiles = ['rpApiDescription', 'mockPhoneDescription'] as const;

export function readDescriptions(): Descriptions {
  const read = (file: SharedFile) => new OpenApi(readFileSync(sharedFiles[file], 'utf8'));
  return { 'rp-api': read('rpApiDescription'), 'mock-phone': read('mockPhoneDescription') };
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
