/** What a site begins with Smart-ID, and by which way. */

/** What is tried. */
export type Undertaking = 'login' | 'signing';

/**
 * How an attempt reaches the app: `device-link` shows a QR code and, with a `callbackURL`, a Web2App link;
 * `app` is for a native app of the site (App2App); `notification` is a push with a verification code.
 */
export type Flow = 'device-link' | 'app' | 'notification';
