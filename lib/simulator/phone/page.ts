/** The HTML of the phone page. What a session holds is put in by the script, as text and never as HTML. */
import { type SimulatedAccount, simulatedAccounts } from '../accounts.js';
import { outcomeInWords } from './outcome-words.js';

export interface PhonePage {
  notificationAnswer: 'automatic' | 'phone';
  /** A link that was tapped. */
  deviceLink?: string;
}

const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E" +
  "%3Crect x='3.5' y='1' width='9' height='14' rx='2' fill='%230b5d5a'/%3E%3C/svg%3E";

export function phonePage({ notificationAnswer, deviceLink }: PhonePage): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Phone of the Smart-ID simulator</title>
<link rel="icon" href="${icon}">
<link rel="stylesheet" href="/phone/phone.css">
<script type="module" src="/phone/phone.js"></script>
</head>
<body data-device-link="${escapeHtml(deviceLink ?? '')}">
<main>
  <header>
    <p class="badge">Simulator</p>
    <h1>Phone</h1>
  </header>

  <p id="message" class="message" role="alert" hidden></p>

  <section id="start" hidden>
    <p class="lead">You play the phone: open a link of a site that wants you to log in or to sign.</p>
    <div class="card">
      <h2>Scan the QR code</h2>
      <div class="buttons">
        <button id="scan-camera" type="button" class="primary">With the camera</button>
        <button id="scan-window" type="button">In another window</button>
      </div>
      <div id="scanner" class="scanner" hidden>
        <video id="video" playsinline muted></video>
        <button id="scan-stop" type="button">Stop</button>
      </div>
    </div>
    <form id="paste" class="card">
      <h2><label for="link">Paste a link</label></h2>
      <textarea id="link" rows="3" required spellcheck="false" autocomplete="off"
        placeholder="http://…/device-link?deviceLinkType=…"></textarea>
      <button type="submit">Open</button>
    </form>
    <div class="card">
      <h2>Notifications</h2>
      <p id="no-pushes" class="hint">${
        notificationAnswer === 'phone'
          ? 'None are waiting. They appear here by themselves.'
          : 'The accounts answer them by themselves. Start the simulator with <code>--notification phone</code> to answer them here.'
      }</p>
      <ul id="pushes" class="pushes"></ul>
    </div>
  </section>

  <section id="question" hidden>
    <form id="answer" class="card">
      <p class="asks"><strong id="relying-party"></strong> <span id="asks"></span> <span id="brokered"></span></p>
      <p id="text" class="text"></p>
      <div id="code" class="code" hidden>
        <p class="hint">The same code must be on the site’s page</p>
        <output id="code-value"></output>
      </div>
      <fieldset id="codes" class="codes" hidden>
        <legend class="hint">Which code is on the site’s page?</legend>
        <div id="code-choices"></div>
      </fieldset>
      <label for="account">Account</label>
      <select id="account">
        ${accountGroups()}
      </select>
      <p id="account-hint" class="hint"></p>
      <div class="buttons answers">
        <button id="refuse" type="button">Refuse</button>
        <button id="confirm" type="submit" class="primary">Confirm</button>
      </div>
    </form>
  </section>

  <section id="waiting" hidden>
    <div class="card waiting" role="status">
      <p class="mark" aria-hidden="true">…</p>
      <h2>Waiting for the document to sign …</h2>
      <p class="hint"><strong id="waiting-for"></strong> sends it now. Keep this page open.</p>
    </div>
  </section>

  <section id="done" hidden>
    <div class="card done">
      <p id="done-mark" class="mark" aria-hidden="true"></p>
      <h2 id="done-title"></h2>
      <p id="done-advice" class="hint"></p>
      <a href="/phone">Open another link</a>
    </div>
  </section>
</main>
<noscript><p class="message">The phone page needs JavaScript.</p></noscript>
</body>
</html>
`;
}

function accountGroups(): string {
  return [
    group(
      'Confirm succeeds',
      simulatedAccounts.filter(({ outcome }) => outcome === 'OK'),
    ),
    group(
      'Something happens instead',
      simulatedAccounts.filter(({ outcome }) => outcome !== 'OK'),
    ),
  ].join('\n');
}

function group(label: string, accounts: readonly SimulatedAccount[]): string {
  return `<optgroup label="${escapeHtml(label)}">${accounts.map(option).join('')}</optgroup>`;
}

function option(account: SimulatedAccount): string {
  const { documentNumber, name } = account;
  const words = outcomeInWords(account);
  // Repeated below the list, which cuts long lines off on a narrow screen.
  const hint = `${name.surname} ${name.givenName}: ${words}`;
  return `<option value="${escapeHtml(documentNumber)}" data-hint="${escapeHtml(hint)}">${escapeHtml(
    `${documentNumber}: ${words}`,
  )}</option>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
