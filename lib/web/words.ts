/** Every text of the login page. */

export const words = {
  language: 'en',
  title: 'Log in with Smart-ID',
  openApp: 'Open Smart-ID app',
  showQr: 'Show QR code',
  scan: 'Scan the QR code with Smart-ID app to continue',
  qrLabel: 'QR code for the Smart-ID app',
  finishInApp: 'Finish authentication in Smart-ID app',
  compareCode: 'Check that the app shows the same code, then confirm there.',
  byPersonalCode: 'Log in with your personal code',
  country: 'Country',
  personalCode: 'Personal code',
  sendToPhone: 'Send to my phone',
  showQrForPerson: 'Show QR code for this person',
  otherWays: 'Log in another way',
  tryAgain: 'Try again',
  goOnInOtherTab: 'Go on in the tab that the Smart-ID app opened.',
  loggingIn: 'Confirmed. Logging you in…',
  starting: 'One moment…',
  connectionLost: 'The connection is lost. Trying again…',
  unavailable: 'Smart-ID login is not available at the moment. Please try again later.',
  tooManyStarts: 'Too many logins were started. Please wait a few minutes, then try again.',
  checkPersonalCode: 'Check the personal code.',
  needsScript: 'This page needs JavaScript to show the QR code. Please turn it on and load the page again.',
  countries: { EE: 'Estonia', LV: 'Latvia', LT: 'Lithuania', BE: 'Belgium' },
} as const;

/** What to tell a visitor, by the visible code of a failure; nothing in it tells of an account. */
const failures: Record<string, string> = {
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

const otherFailure = 'The login failed. Please try again.';

/** The message for a visible code; one for all codes that are not known. */
export function failureMessage(code: string): string {
  return Object.hasOwn(failures, code) ? (failures[code] as string) : otherFailure;
}
