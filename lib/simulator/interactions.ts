/** The interactions that a relying party offers, and their rules. RP API 3.2.3, "Interactions". */
import { decodeStrictBase64 } from './base64.js';

/** The `type` of an interaction. */
export type InteractionType =
  | 'displayTextAndPIN'
  | 'confirmationMessage'
  | 'confirmationMessageAndVerificationCodeChoice';

export interface Interaction {
  type: InteractionType;
  text: string;
}

/** As they came, which every calculation uses, and what they mean. */
export interface Interactions {
  encoded: string;
  list: InteractionList;
}

/** In order of preference. */
export type InteractionList = [Interaction, ...Interaction[]];

const textOfType = {
  displayTextAndPIN: { field: 'displayText60', maxLength: 60 },
  confirmationMessage: { field: 'displayText200', maxLength: 200 },
  confirmationMessageAndVerificationCodeChoice: { field: 'displayText200', maxLength: 200 },
} as const;

const textFields: readonly string[] = ['displayText60', 'displayText200'];

export const interactionsOfFlow: Record<'device-link' | 'notification', readonly InteractionType[]> = {
  'device-link': ['displayTextAndPIN', 'confirmationMessage'],
  notification: ['displayTextAndPIN', 'confirmationMessage', 'confirmationMessageAndVerificationCodeChoice'],
};

/** The decoded interactions, or the sentence that says which rule they break. */
export function decodeInteractions(encoded: string, allowed: readonly InteractionType[]): InteractionList | string {
  const elements = parseArray(encoded);
  if (!elements) return 'must be the Base64 of a JSON array in UTF-8';
  const interactions: Interaction[] = [];
  for (const [index, element] of elements.entries()) {
    const interaction = readInteraction(element, allowed);
    if (typeof interaction === 'string') return `interaction ${index} ${interaction}`;
    if (interactions.some(({ type }) => type === interaction.type)) return `has the type ${interaction.type} twice`;
    interactions.push(interaction);
  }
  const [first, ...others] = interactions;
  return first ? [first, ...others] : 'must hold at least one interaction';
}

function parseArray(encoded: string): unknown[] | undefined {
  try {
    const bytes = decodeStrictBase64(encoded);
    const value: unknown = bytes && JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function readInteraction(element: unknown, allowed: readonly InteractionType[]): Interaction | string {
  if (typeof element !== 'object' || element === null || Array.isArray(element)) return 'must be an object';
  const fields = element as Record<string, unknown>;
  const type = allowed.find((candidate) => candidate === fields.type);
  if (!type) return `must have one of the types ${allowed.join(', ')}`;
  const { field, maxLength } = textOfType[type];
  const text = fields[field];
  const texts = Object.keys(fields).filter((name) => textFields.includes(name));
  if (texts.length !== 1 || typeof text !== 'string') return `must have exactly one text, ${field}`;
  if (text.length === 0 || text.length > maxLength) return `must have a ${field} of 1 to ${maxLength} characters`;
  if (!isDisplayable(text)) return `must have a ${field} without control and bidirectional formatting characters`;
  return { type, text };
}

/** Nothing that an app would not show, or that would make it show the rest in another order. */
export function isDisplayable(text: string): boolean {
  return !/[\p{Cc}\p{Cs}\p{Bidi_Control}\p{Zl}\p{Zp}]/u.test(text);
}
