/**
 * The page of an attempt as HTML. All addresses in it are relative, so it works under any path and behind any proxy. It
 * says what the server knows, so that it can be used without its script; the script takes over from there.
 */

import type { AttemptView } from '../attempt/view.js';
import { browserFiles } from './browser-files.js';
import { type HelpLinks, helpContent } from './help.js';
import { attributesOf, button, escapeHtml, flag, parameters } from './html.js';
import type { PersonalCodeCountry } from './personal-code.js';
import type { Words } from './words.js';

/** The parts of a page, for a site's own template. */
export interface PageContent {
  /** Such as `en`, for the attribute `lang`. */
  language: string;
  /** Of the page, as plain text in HTML. */
  title: string;
  /** Markup for the head: the styles and the script. */
  head: string;
  /** Markup for the body: one element, with a heading of the first level in it. */
  body: string;
}

/** Each is a path of the site, or a URL of `https:`. */
export interface PageImages {
  /** The site's logo, shown beside its name: at most 40 pixels high. */
  logo?: string;
  /** Shown in place of the text on the button that opens the app, where people use a finger: 48 pixels high. */
  openApp?: string;
}

/** What every page is told of one request. */
export interface PageFrame {
  words: Words;
  language: string;
  /**
   * The languages that a visitor can choose from, each with its own name for itself; empty where the site has chosen.
   */
  languages: ReadonlyMap<string, string>;
  /** As the app shows it. */
  siteName: string;
  images: PageImages;
  /** The site's own style sheet. */
  stylesheet?: string;
  /** The folder of the page's files. */
  assets: string;
}

/** A document that can be looked at before it is signed. */
export interface DocumentLink {
  name: string;
  /** Relative to the page. */
  address: string;
}

/** What the page offers besides the app, as the site says for this request. */
export interface Offer {
  offersPush: boolean;
  /** What is to be signed, as far as the site shows it. */
  documents?: readonly DocumentLink[];
}

/** What the page of an attempt is told of one request. */
export interface PageState extends PageFrame, Offer {
  helpLinks: HelpLinks;
  /** Whether there is a button that cancels. */
  offersCancel: boolean;
  /** Where the page goes when another tab has finished. */
  next: string;
  /** Given back to the start. */
  returnTo?: string;
  /** What is to be signed; given back to the start. */
  reference?: string;
  /** Shown at the beginning. */
  message?: string;
  /** Whether the personal code that was sent cannot be one. */
  isCodeWrong?: boolean;
  /** An attempt that was begun without the script. */
  view?: AttemptView;
}

/** A code of the demo environment, as people write it there. */
const examples: Readonly<Record<PersonalCodeCountry, string>> = {
  EE: '40404040009',
  LV: '040404-10003',
  LT: '40404040009',
  BE: '04.04.04-002.87',
};

/** Where people who read a language most likely come from. */
const countryOf: Readonly<Record<string, PersonalCodeCountry>> = { et: 'EE', lv: 'LV', lt: 'LT' };

/** @param countries whose persons can be named by their personal code. */
export function loginContent(state: PageState, countries: readonly PersonalCodeCountry[]): PageContent {
  const { words, language, offersPush, isCodeWrong = false } = state;
  const { login } = words;
  const options = countries
    .map((code) => {
      const attributes = { value: code, 'data-example': `${login.example} ${examples[code]}` };
      return `<option${attributesOf(attributes)}${flag('selected', code === countryOf[language])}>${escapeHtml(login.countries[code])}</option>`;
    })
    .join('');
  const push = offersPush ? button(words.page.sendToPhone, 'notification') : '';
  const byCode = `<details id="alternative"${flag('open', isCodeWrong)}>
<summary>${escapeHtml(login.byPersonalCode)}</summary>
<form id="choice" method="post" action="start">
${hiddenFields(state)}
<label for="country">${escapeHtml(login.country)}</label>
<div class="pick"><select id="country" name="country">${options}</select></div>
<label for="personal-code">${escapeHtml(login.personalCode)}</label>
<input id="personal-code" name="personalCode" required maxlength="40" inputmode="numeric" autocomplete="off" spellcheck="false" aria-describedby="personal-code-hint choice-error"${flag('aria-invalid="true"', isCodeWrong)}>
<p id="personal-code-hint" class="hint" hidden></p>
<p id="choice-error" role="alert">${isCodeWrong ? escapeHtml(login.wrongPersonalCode) : ''}</p>
<div class="choices">${push}${button(login.showQrForPerson, 'device-link', offersPush ? 'quiet' : undefined)}</div>
</form>
</details>`;
  const more = {
    'wrong-code': login.wrongPersonalCode,
    'incomplete-code': login.incompletePersonalCode,
    'too-many-starts': words.loginFailures.too_many_starts,
  };
  // The script expects the place of the form, with or without it.
  return content(state, login, more, countries.length > 0 ? byCode : '<div id="alternative"></div>');
}

export function signingContent(state: PageState): PageContent {
  const { words, offersPush } = state;
  const { signing } = words;
  const push = offersPush
    ? `<form id="choice" method="post" action="start" class="choices">${hiddenFields(state)}${button(words.page.sendToPhone, 'notification', 'quiet')}</form>`
    : '';
  const more = {
    reference: state.reference,
    'choose-in-app': signing.chooseInApp,
    'sign-in-app': signing.signInApp,
    'not-found': signing.nothingToSign,
    'too-many-starts': words.signingFailures.too_many_starts,
  };
  return content(state, signing, more, `<div id="alternative">${push}</div>`);
}

/** A whole page of nothing but the content. */
export function wholePage({ language, title, head, body }: PageContent): string {
  return `<!doctype html>
<html lang="${language}" class="smart-id-page">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)}</title>
${head}
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
}

/** The words of the login or of the signing that both pages use. */
type OwnWords = Pick<Words['login'] & Words['signing'], 'title' | 'finishInApp' | 'confirmed'>;

/**
 * @param more what the script needs besides, by the names of data attributes.
 * @param alternative the markup of what is offered besides.
 */
function content(
  state: PageState,
  own: OwnWords,
  more: Record<string, string | undefined>,
  alternative: string,
): PageContent {
  const { words, language, message, view } = state;
  const { page } = words;
  const isOver = view ? view.state === 'failed' : message !== undefined;
  const followed = isOver ? undefined : view;
  const body = `<div id="smart-id"${attributesOf({ lang: language, ...scriptData(state, own, followed), ...dataOf(more) })}>
${siteLine(state)}
<h1>${escapeHtml(own.title)}</h1>
${documentsSection(state)}<p id="message" role="status"${flag('hidden', message === undefined)}>${escapeHtml(message ?? '')}</p>
<a id="try-again" class="button" href="${escapeHtml(againAddress(state))}"${flag('hidden', !isOver && view?.state !== 'callback')}>${escapeHtml(page.tryAgain)}</a>
<p id="spoken-code" class="unseen" role="status"></p>
${deviceLinkSection(state)}
${notificationSection(state, own)}
<noscript>${formWithoutScript(state, followed)}</noscript>
<button id="other-ways" type="button" class="quiet" hidden>${escapeHtml(page.otherWays)}</button>
${followed ? alternative.replace('id="alternative"', 'id="alternative" hidden') : alternative}
${finishForm(state, followed)}
${helpContent(words, state.helpLinks, state.siteName)}
${cancelForm(state)}
${languageLinks(state, (lang) => againAddress(state, lang))}
</div>`;
  return { language, title: own.title, head: headOf(state) + scriptOf(state), body };
}

/** The styles. */
export function headOf({ assets, stylesheet }: PageFrame): string {
  const ownStyle = stylesheet === undefined ? '' : `\n<link${attributesOf({ rel: 'stylesheet', href: stylesheet })}>`;
  return `<link rel="stylesheet" href="${assets}/attempt.css">${ownStyle}`;
}

/** The modules that the script imports are named as well, so that the browser loads all of them at once. */
function scriptOf({ assets }: PageFrame): string {
  const [script, ...imported] = Object.keys(browserFiles);
  const preloads = imported.map((name) => `\n<link rel="modulepreload" href="${assets}/${name}">`);
  return `${preloads.join('')}\n<script type="module" src="${assets}/${script}"></script>`;
}

/** Each opens in a tab of its own, so that the attempt goes on in this one. */
function documentsSection({ words, documents = [] }: PageState): string {
  if (documents.length === 0) return '';
  const links = documents.map(({ name, address }) => {
    const attributes = { href: address, target: '_blank', rel: 'noopener' };
    return `<li><a${attributesOf(attributes)}>${escapeHtml(name)}</a></li>`;
  });
  return `<section id="documents">
<p id="what-you-sign">${escapeHtml(words.signing.whatYouSign)}</p>
<ul aria-labelledby="what-you-sign">${links.join('')}</ul>
</section>
`;
}

/** @param followed the attempt that the page is about, while it is not over. */
function scriptData(state: PageState, own: OwnWords, followed: AttemptView | undefined) {
  const { page } = state.words;
  return dataOf({
    id: followed?.id,
    next: state.next,
    'return-to': state.returnTo,
    'go-on': page.goOnInOtherTab,
    confirmed: own.confirmed,
    starting: page.starting,
    expiring: page.expiring,
    'connection-lost': page.connectionLost,
    unavailable: page.unavailable,
    'site-fault': page.siteFault,
    'no-connection': page.noConnection,
    'code-label': page.verificationCode,
    'compare-code': page.compareCode,
    'remember-code': page.rememberCode,
  });
}

/** As data attributes, which the script reads. */
function dataOf(values: Record<string, string | undefined>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`data-${name}`, value]));
}

/** Who asks. */
export function siteLine({ images: { logo }, siteName }: PageFrame): string {
  const image = logo === undefined ? '' : `<img${attributesOf({ src: logo, alt: '' })}>`;
  return `<p id="site">${image}<span>${escapeHtml(siteName)}</span></p>`;
}

/** What of a running attempt is shown. */
function runningPart(view: AttemptView | undefined): Partial<AttemptView> {
  return view?.state === 'running' ? view : {};
}

function deviceLinkSection({ words: { page }, images: { openApp }, view }: PageState): string {
  const { web2AppLink } = runningPart(view);
  const text = escapeHtml(page.openApp);
  const image =
    openApp === undefined ? text : `<img${attributesOf({ src: openApp, alt: page.openApp })}><span>${text}</span>`;
  return `<section id="device-link"${flag('hidden', web2AppLink === undefined)}>
<a id="open-app" class="button${openApp === undefined ? '' : ' image'}"${web2AppLink === undefined ? ' hidden' : attributesOf({ href: web2AppLink })}>${image}</a>
<details id="qr"${flag('open', view === undefined)}>
<summary>${escapeHtml(page.showQr)}</summary>
<p>${escapeHtml(page.scan)}</p>
<div class="frame"><svg id="qr-code" role="img" aria-label="${escapeHtml(page.qrLabel)}"><path /></svg><span id="qr-wait" hidden>${escapeHtml(page.starting)}</span></div>
</details>
</section>`;
}

function notificationSection({ words: { page }, view }: PageState, own: OwnWords): string {
  const { verificationCode } = runningPart(view);
  const label = verificationCode && `${page.verificationCode} ${spaced(verificationCode)}`;
  const attributes = { 'data-label': page.verificationCode, 'aria-label': label, role: 'img' };
  return `<section id="notification"${flag('hidden', verificationCode === undefined)}>
<p>${escapeHtml(own.finishInApp)}</p>
<p id="verification-code"${attributesOf(attributes)}>${escapeHtml(verificationCode ?? '')}</p>
<p id="about-code">${escapeHtml(view?.isHeld ? page.rememberCode : page.compareCode)}</p>
</section>`;
}

/** What a page without its script offers next: to start, or to send a push whose code the person has seen. */
function formWithoutScript(state: PageState, followed: AttemptView | undefined): string {
  const { page } = state.words;
  if (!followed) {
    return `<form method="post" action="start">${hiddenFields(state)}${button(page.useThisDevice, 'device-link')}</form>
<p>${escapeHtml(page.needsScript)}</p>`;
  }
  if (!followed.isHeld) return '';
  return `<form method="post" action="push">${hiddenFields(state, followed.id)}${button(page.sendToPhone)}</form>`;
}

/** The script sends it by itself; without the script it has a button. */
function finishForm(state: PageState, followed: AttemptView | undefined): string {
  const { words, view } = state;
  const style = runningPart(view).web2AppLink && 'quiet';
  const goOn =
    followed && !followed.isHeld ? `<noscript>${button(words.page.continue, undefined, style)}</noscript>` : '';
  return `<form id="finish" method="post" action="finish">${hiddenFields(state, view?.id ?? '')}${goOn}</form>`;
}

function cancelForm(state: PageState): string {
  if (!state.offersCancel) return '';
  const { words, view } = state;
  return `<form id="cancel" method="post" action="cancel">${hiddenFields(state, view?.id ?? '')}${button(words.page.cancel, undefined, 'quiet')}</form>`;
}

/** The page itself, about the same thing. */
function againAddress({ language, languages, returnTo, reference }: PageState, lang = language): string {
  return `./?${parameters({ lang: languages.size > 0 ? lang : undefined, returnTo, reference })}`;
}

/** @param addressOf the same page in another language. */
export function languageLinks(state: PageFrame, addressOf: (language: string) => string): string {
  if (state.languages.size === 0) return '';
  const links = [...state.languages].map(([language, name]) => {
    const current = language === state.language ? 'true' : undefined;
    const attributes = {
      href: addressOf(language),
      lang: language,
      hreflang: language,
      'aria-current': current,
    };
    return `<li><a${attributesOf(attributes)}>${escapeHtml(name)}</a></li>`;
  });
  return `<nav aria-label="${escapeHtml(state.words.page.language)}"><ul>${links.join('')}</ul></nav>`;
}

/** What each form of the page gives back. */
function hiddenFields({ language, returnTo, reference }: PageState, id?: string): string {
  return Object.entries({ id, lang: language, returnTo, reference })
    .map(([name, value]) => (value === undefined ? '' : `<input${attributesOf({ type: 'hidden', name, value })}>`))
    .join('');
}

/** Digits that are read one by one. */
function spaced(code: string): string {
  return code.split('').join(' ');
}
