/** Which of the site's interactions a flow can use (section "Interactions"). */

import { cutDisplayText } from '../protocol/display-text.js';
import {
  encodeInteractions,
  type Interaction,
  type InteractionSet,
  interactionTypes,
} from '../protocol/interactions.js';
import { SmartIdInputError } from '../shared/errors.js';
import type { Flow } from '../shared/undertaking.js';

/** The encoded interactions that a flow may use, of a list that serves all flows. */
export function encodeInteractionsFor(interactions: readonly Interaction[], set: InteractionSet): string {
  const usable = interactions.filter(({ type }) => interactionTypes(set).includes(type));
  if (usable.length === 0) {
    throw new SmartIdInputError(
      'interactions',
      `must hold one that a ${set} flow can use: displayTextAndPIN or confirmationMessage.`,
    );
  }
  return encodeInteractions(usable, set);
}

/** The interaction set of a flow. */
export function interactionSetOf(flow: Flow): InteractionSet {
  return flow === 'notification' ? 'notification' : 'device-link';
}

export function defaultInteractions(text: string): readonly Interaction[] {
  return [
    { type: 'confirmationMessageAndVerificationCodeChoice', displayText200: text },
    { type: 'displayTextAndPIN', displayText60: cutDisplayText(text, 60) },
  ];
}
