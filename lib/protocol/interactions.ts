/**
 * What the app shows before it asks for the PIN (section "Interactions"): the site's list in order of preference,
 * sent as Base64 of JSON. The encoded string enters later calculations, so it is made once and kept.
 */

import { SmartIdInputError } from '../shared/errors.js';
import { decodeBase64 } from './base64.js';
import { checkDisplayText, isBlank } from './display-text.js';

/** Asks for the PIN right away under a text of at most 60 characters. */
export interface DisplayTextAndPin {
  /** The name of this interaction in the protocol. */
  type: 'displayTextAndPIN';
  /** At most 60 characters, as JavaScript's `length` counts them; none that cannot be seen, and no line breaks. */
  displayText60: string;
}

/** A screen of its own with a text of at most 200 characters, then the PIN. */
export interface ConfirmationMessage {
  /** The name of this interaction in the protocol. */
  type: 'confirmationMessage';
  /** At most 200 characters, as JavaScript's `length` counts them; none that cannot be seen, and no line breaks. */
  displayText200: string;
}

/** The same, after the person has chosen the right verification code of several; notification flows only. */
export interface ConfirmationMessageAndVerificationCodeChoice {
  /** The name of this interaction in the protocol. */
  type: 'confirmationMessageAndVerificationCodeChoice';
  /** At most 200 characters, as JavaScript's `length` counts them; none that cannot be seen, and no line breaks. */
  displayText200: string;
}

/** What the app shows before it asks for the PIN. */
export type Interaction = DisplayTextAndPin | ConfirmationMessage | ConfirmationMessageAndVerificationCodeChoice;
export type InteractionType = Interaction['type'];

/** Which interactions a flow may use: `device-link` knows no verification code choice. */
export type InteractionSet = 'device-link' | 'notification';

const texts: Record<InteractionType, { field: 'displayText60' | 'displayText200'; maxLength: number }> = {
  displayTextAndPIN: { field: 'displayText60', maxLength: 60 },
  confirmationMessage: { field: 'displayText200', maxLength: 200 },
  confirmationMessageAndVerificationCodeChoice: { field: 'displayText200', maxLength: 200 },
};

const deviceLinkTypes = ['displayTextAndPIN', 'confirmationMessage'] as const satisfies InteractionType[];
const notificationTypes = Object.keys(texts) as InteractionType[];

/** The interaction types that a set allows. */
export function interactionTypes(set: InteractionSet): readonly InteractionType[] {
  return set === 'device-link' ? deviceLinkTypes : notificationTypes;
}

/**
 * Base64 of the JSON array (section "Interactions"). Only the fields that the protocol knows are sent.
 * @throws SmartIdInputError naming the element and the rule it breaks.
 * @example
 * ```ts
 * encodeInteractions([{ type: 'confirmationMessage', displayText200: 'Pay 1 €?' }], 'device-link');
 * // 'W3sidHlwZSI6ImNvbmZpcm1hdGlvbk1lc3NhZ2UiLCJkaXNwbGF5VGV4dDIwMCI6IlBheSAxIOKCrD8ifV0='
 * ```
 */
export function encodeInteractions(interactions: readonly Interaction[], set: InteractionSet): string {
  return Buffer.from(JSON.stringify(checkInteractions(interactions, set))).toString('base64');
}

/**
 * The interactions in an encoded list.
 * @throws SmartIdInputError when the text is not Base64 of a JSON array, or the array breaks a rule.
 */
export function decodeInteractions(encoded: string, set: InteractionSet): Interaction[] {
  const bytes = typeof encoded === 'string' ? decodeBase64(encoded) : undefined;
  try {
    return checkInteractions(JSON.parse(bytes?.toString('utf8') ?? ''), set);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new SmartIdInputError('interactions', 'must be Base64 of a JSON array; encodeInteractions makes it.');
  }
}

function checkInteractions(interactions: readonly Interaction[], set: InteractionSet): Interaction[] {
  if (!Array.isArray(interactions) || interactions.length === 0) {
    throw new SmartIdInputError('interactions', 'must be a list of at least one interaction.');
  }
  const seen = new Set<string>();
  return interactions.map((interaction: Interaction, index) => {
    const element = checkInteraction(interaction, set, `interactions[${index}]`);
    if (seen.has(element.type)) {
      throw new SmartIdInputError(`interactions[${index}].type`, `repeats ${element.type}; each type may come once.`);
    }
    seen.add(element.type);
    return element;
  });
}

function checkInteraction(interaction: Interaction, set: InteractionSet, name: string): Interaction {
  if (typeof interaction !== 'object' || interaction === null) {
    throw new SmartIdInputError(name, 'must be an object with a type and a text.');
  }
  const { type } = interaction;
  const allowed = interactionTypes(set);
  if (!allowed.includes(type)) {
    throw new SmartIdInputError(`${name}.type`, `must be one of ${allowed.join(', ')} in a ${set} flow.`);
  }
  const { field, maxLength } = texts[type];
  const other = field === 'displayText60' ? 'displayText200' : 'displayText60';
  if (other in interaction) {
    throw new SmartIdInputError(`${name}.${other}`, `does not belong to ${type}, whose text is ${field}.`);
  }
  const text = (interaction as unknown as Record<string, unknown>)[field];
  if (typeof text !== 'string' || isBlank(text)) {
    throw new SmartIdInputError(`${name}.${field}`, 'must be a text that is not empty.');
  }
  if (text.length > maxLength) {
    throw new SmartIdInputError(`${name}.${field}`, `must have at most ${maxLength} characters, not ${text.length}.`);
  }
  checkDisplayText(text, `${name}.${field}`);
  return { type, [field]: text } as unknown as Interaction;
}
