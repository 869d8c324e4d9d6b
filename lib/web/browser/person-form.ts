/** The form for whoever types a personal code. The signing page has none. */

import { element, find, setText, words } from './page.js';
import { type PersonalCodeCountry, readPersonalCode } from './personal-code.js';

export const codeInput = find<HTMLInputElement>('personal-code');
const countryInput = find<HTMLSelectElement>('country');

function readCode() {
  return readPersonalCode(countryInput?.value as PersonalCodeCountry, codeInput?.value ?? '');
}

export function openForm(isOpen: boolean): void {
  if (codeInput) element<HTMLDetailsElement>('alternative').open = isOpen;
}

export function complain(text: string | undefined): void {
  const error = find('choice-error');
  if (!error || !codeInput) return;
  setText(error, text ?? '');
  codeInput.toggleAttribute('aria-invalid', false);
  if (text) codeInput.setAttribute('aria-invalid', 'true');
}

/** A slip of the finger is told at once; that a code is not complete only when it is sent. */
export function checkCode(isSent: boolean): boolean {
  const { state } = readCode();
  const isMissing = isSent && state === 'incomplete';
  complain(state === 'wrong' ? words.wrongCode : isMissing ? words.incompleteCode : undefined);
  return state === 'complete';
}

function showExample(): void {
  const hint = element('personal-code-hint');
  hint.hidden = false;
  hint.textContent = countryInput?.selectedOptions[0]?.dataset.example ?? '';
}

/** Says what is wrong while the person types, and what a code of the country that is chosen looks like. */
export function watchPersonForm(): void {
  if (!codeInput || !countryInput) return;
  showExample();
  codeInput.addEventListener('input', () => checkCode(false));
  countryInput.addEventListener('change', () => {
    showExample();
    checkCode(false);
  });
}
