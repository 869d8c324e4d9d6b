/** The login page as HTML. All addresses in it are relative, so it works under any path and behind any proxy. */

import { words } from './words.js';

export interface PageOptions {
  /** Where the page goes when another tab has finished the login. */
  next: string;
  /** Given back to the start, to come out of the login again. */
  returnTo?: string;
  /** Whether a push by personal code is offered. */
  notification: boolean;
  /** Shown at the beginning in place of a new login. */
  message?: string;
}

export function loginPage({ next, returnTo, notification, message }: PageOptions): string {
  const data = [
    ['next', next],
    ['return-to', returnTo ?? ''],
    ['go-on', words.goOnInOtherTab],
    ['logging-in', words.loggingIn],
    ['starting', words.starting],
    ['connection-lost', words.connectionLost],
    ['unavailable', words.unavailable],
    ['too-many-starts', words.tooManyStarts],
    ['check-personal-code', words.checkPersonalCode],
  ]
    .map(([name, value]) => ` data-${name}="${escapeHtml(value ?? '')}"`)
    .join('');
  const push = notification
    ? `<button type="submit" name="flow" value="notification">${escapeHtml(words.sendToPhone)}</button>`
    : '';
  const countries = Object.entries(words.countries)
    .map(([code, name]) => `<option value="${code}">${escapeHtml(name)}</option>`)
    .join('');
  return `<!doctype html>
<html lang="${words.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(words.title)}</title>
<link rel="stylesheet" href="assets/login.css">
<script type="module" src="assets/login.js"></script>
</head>
<body>
<main id="login"${data}>
<h1>${escapeHtml(words.title)}</h1>
<noscript><p>${escapeHtml(words.needsScript)}</p></noscript>
<p id="message" role="status"${message ? '' : ' hidden'}>${escapeHtml(message ?? '')}</p>
<button id="try-again" type="button"${message ? '' : ' hidden'}>${escapeHtml(words.tryAgain)}</button>
<section id="device-link" hidden>
<a id="open-app" class="button" hidden>${escapeHtml(words.openApp)}</a>
<details id="qr" open>
<summary>${escapeHtml(words.showQr)}</summary>
<p>${escapeHtml(words.scan)}</p>
<svg id="qr-code" role="img" aria-label="${escapeHtml(words.qrLabel)}"><path /></svg>
</details>
</section>
<section id="notification" hidden>
<p>${escapeHtml(words.finishInApp)}</p>
<p id="verification-code"></p>
<p>${escapeHtml(words.compareCode)}</p>
</section>
<button id="other-ways" type="button" class="quiet" hidden>${escapeHtml(words.otherWays)}</button>
<details id="by-code" hidden>
<summary>${escapeHtml(words.byPersonalCode)}</summary>
<form id="person" method="post" action="start">
<label for="country">${escapeHtml(words.country)}</label>
<select id="country" name="country">${countries}</select>
<label for="personal-code">${escapeHtml(words.personalCode)}</label>
<input id="personal-code" name="personalCode" required maxlength="30" autocomplete="off" spellcheck="false" aria-describedby="person-error">
<p id="person-error" role="alert" hidden></p>
<div class="choices">${push}<button type="submit" name="flow" value="device-link" class="quiet">${escapeHtml(words.showQrForPerson)}</button></div>
</form>
</details>
<form id="finish" method="post" action="finish" hidden><input type="hidden" name="id"></form>
</main>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
