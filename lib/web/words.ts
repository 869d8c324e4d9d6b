/** Every text of the login page and of the signing page. */

/** What both pages say. */
const common = {
  language: 'en',
  openApp: 'Open Smart-ID app',
  showQr: 'Show QR code',
  scan: 'Scan the QR code with Smart-ID app to continue',
  qrLabel: 'QR code for the Smart-ID app',
  compareCode: 'Check that the app shows the same code, then confirm there.',
  sendToPhone: 'Send to my phone',
  otherWays: 'Choose another way',
  tryAgain: 'Try again',
  goOnInOtherTab: 'Go on in the tab that the Smart-ID app opened.',
  starting: 'One moment…',
  connectionLost: 'The connection is lost. Trying again…',
  unavailable: 'Smart-ID is not available at the moment. Please try again later.',
  tooManyStarts: 'This was started too often. Please wait a few minutes, then try again.',
  needsScript: 'This page needs JavaScript to show the QR code. Please turn it on and load the page again.',
} as const;

export const loginWords = {
  ...common,
  title: 'Log in with Smart-ID',
  finishInApp: 'Finish authentication in Smart-ID app',
  confirmed: 'Confirmed. Logging you in…',
  byPersonalCode: 'Log in with your personal code',
  country: 'Country',
  personalCode: 'Personal code',
  showQrForPerson: 'Show QR code for this person',
  checkPersonalCode: 'Check the personal code.',
  countries: { EE: 'Estonia', LV: 'Latvia', LT: 'Lithuania', BE: 'Belgium' },
} as const;

export const signingWords = {
  ...common,
  title: 'Sign with Smart-ID',
  finishInApp: 'Sign in the Smart-ID app',
  chooseInApp: 'Open the Smart-ID app and choose the account to sign with',
  signInApp: 'Stay in the Smart-ID app: what you are to sign is on its way',
  confirmed: 'Confirmed. Putting your signature in place…',
  nothingToSign: 'There is nothing to sign here.',
} as const;

export type PageWords = Record<keyof typeof common | 'title' | 'finishInApp' | 'confirmed', string>;

/** What to tell a visitor, by the visible code of a failure; nothing in it tells of an account. */
const loginFailures: Record<string, string> = {
  not_completed:
    'The login was not completed. Check that you have a working Smart-ID account and the newest version of the app, confirm the login there in time, and try again.',
  wrong_vc: 'A wrong code was chosen in the app. Try again and choose the code that this page shows.',
  no_attempt: 'There is no login to finish here any more. Please start again.',
  return_without_session:
    'The Smart-ID app came back to another browser than the one you started in. Open this site in your default browser, outside a private window, and start again.',
  callback_required: 'Go on in the tab that the Smart-ID app opened.',
  already_used: 'This login has been used already. Please start again.',
  not_verified: 'The login could not be verified, so nobody was logged in. Please start again.',
  not_accepted: 'This site did not accept the login.',
};

const signingFailures: Record<string, string> = {
  ...loginFailures,
  not_completed:
    'Nothing was signed. Check that you have a working Smart-ID account and the newest version of the app, confirm the signature there in time, and try again.',
  no_attempt: 'There is no signature to finish here any more. Please start again.',
  already_used: 'This signature has been used already. Please start again.',
  not_verified: 'The signature could not be verified, so it was not used. Please start again.',
  not_accepted: 'This site did not accept the signature.',
};

const otherFailures = { login: 'The login failed. Please try again.', signing: 'Signing failed. Please try again.' };
const failures = { login: loginFailures, signing: signingFailures };

/** The message for a visible code; one for all codes that are not known. */
export function failureMessage(code: string, what: keyof typeof failures = 'login'): string {
  const known = failures[what];
  return Object.hasOwn(known, code) ? (known[code] as string) : otherFailures[what];
}
