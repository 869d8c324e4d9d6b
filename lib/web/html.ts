/** Pieces of HTML, in which every value is escaped. */

/** For use between tags and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Attributes with a space before each. Those without a value are left out. */
export function attributesOf(attributes: Record<string, string | undefined>): string {
  return Object.entries(attributes)
    .map(([name, value]) => (value === undefined ? '' : ` ${name}="${escapeHtml(value)}"`))
    .join('');
}

export function flag(attribute: string, isSet: boolean): string {
  return isSet ? ` ${attribute}` : '';
}

/** @param flow what the form sends as `flow` when this button is pressed. */
export function button(text: string, flow?: string, style?: string): string {
  const name = flow && 'flow';
  return `<button${attributesOf({ type: 'submit', name, value: flow, class: style })}>${escapeHtml(text)}</button>`;
}

/** A query of the values that are given. */
export function parameters(values: Record<string, string | undefined>): URLSearchParams {
  return new URLSearchParams(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
