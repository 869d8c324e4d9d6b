/** The page of an attempt as HTML. All addresses in it are relative, so it works under any path and behind any proxy. */

import { loginWords, type PageWords, signingWords } from './words.js';

/** What both pages are told. */
interface CommonPageOptions {
  /** Where the page goes when another tab has finished. */
  next: string;
  /** Given back to the start, to come out of it again. */
  returnTo?: string;
  /** Whether a push is offered. */
  notification: boolean;
  /** Shown at the beginning in place of a new attempt. */
  message?: string;
}

export interface SigningPageOptions extends CommonPageOptions {
  /** Given back to the start. */
  reference?: string;
}

export function loginPage({ notification, ...options }: CommonPageOptions): string {
  const push = notification ? pushButton(loginWords) : '';
  const countries = Object.entries(loginWords.countries)
    .map(([code, name]) => `<option value="${code}">${escapeHtml(name)}</option>`)
    .join('');
  const byCode = `<details id="alternative" hidden>
<summary>${escapeHtml(loginWords.byPersonalCode)}</summary>
<form id="choice" method="post" action="start">
<label for="country">${escapeHtml(loginWords.country)}</label>
<select id="country" name="country">${countries}</select>
<label for="personal-code">${escapeHtml(loginWords.personalCode)}</label>
<input id="personal-code" name="personalCode" required maxlength="30" autocomplete="off" spellcheck="false" aria-describedby="choice-error">
<p id="choice-error" role="alert" hidden></p>
<div class="choices">${push}<button type="submit" name="flow" value="device-link" class="quiet">${escapeHtml(loginWords.showQrForPerson)}</button></div>
</form>
</details>`;
  const data = { ...commonData(loginWords, options), 'check-personal-code': loginWords.checkPersonalCode };
  return page(loginWords, data, options.message, byCode);
}

export function signingPage({ notification, ...options }: SigningPageOptions): string {
  const push = notification
    ? `<form id="choice" method="post" action="start" class="choices">${pushButton(signingWords, 'quiet')}</form>`
    : '';
  const data = {
    ...commonData(signingWords, options),
    reference: options.reference ?? '',
    'choose-in-app': signingWords.chooseInApp,
    'sign-in-app': signingWords.signInApp,
    'not-found': signingWords.nothingToSign,
  };
  return page(signingWords, data, options.message, `<div id="alternative" hidden>${push}</div>`);
}

function commonData(words: PageWords, { next, returnTo }: Omit<CommonPageOptions, 'notification'>) {
  return {
    next,
    'return-to': returnTo ?? '',
    'go-on': words.goOnInOtherTab,
    confirmed: words.confirmed,
    starting: words.starting,
    'connection-lost': words.connectionLost,
    unavailable: words.unavailable,
    'too-many-starts': words.tooManyStarts,
  };
}

function pushButton({ sendToPhone }: PageWords, style = ''): string {
  return `<button type="submit" name="flow" value="notification" class="${style}">${escapeHtml(sendToPhone)}</button>`;
}

/**
 * @param data what the script needs, by the names of data attributes.
 * @param alternative the markup of what is offered besides.
 */
function page(
  words: PageWords,
  data: Record<string, string>,
  message: string | undefined,
  alternative: string,
): string {
  const attributes = Object.entries(data)
    .map(([name, value]) => ` data-${name}="${escapeHtml(value)}"`)
    .join('');
  return `<!doctype html>
<html lang="${words.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(words.title)}</title>
<link rel="stylesheet" href="assets/attempt.css">
<script type="module" src="assets/attempt.js"></script>
</head>
<body>
<main id="attempt"${attributes}>
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
${alternative}
<form id="finish" method="post" action="finish" hidden><input type="hidden" name="id"></form>
</main>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
