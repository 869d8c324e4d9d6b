/** The pages of the example site. */

import type { Deed } from './archive.js';
import type { Person } from './person.js';

const style = `
  :root { color-scheme: light dark; }
  body { font: 1rem/1.6 system-ui, sans-serif; max-width: 36rem; margin: 0 auto; padding: 2rem 1rem; }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1.5rem; }
  dt { opacity: 0.7; }
  dd { margin: 0; overflow-wrap: anywhere; }
  h2 { font-size: 1.1rem; margin: 2rem 0 0.5rem; }
  table { width: 100%; border-collapse: collapse; margin: 0 0 2rem; }
  th, td { text-align: left; padding: 0.3rem 1rem 0.3rem 0; border-bottom: 1px solid #8884; }
  .button { margin: 0 0.5rem 0.5rem 0; }
  .button, button {
    display: inline-block; font: inherit; font-weight: 600; padding: 0.6rem 1.2rem; border: 0; border-radius: 0.5rem;
    background: #00664a; color: #fff; text-decoration: none; cursor: pointer;
  }`;

function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<h1>${title}</h1>
${content}
</body>
</html>
`;
}

export function frontPage(person: Person | undefined, phoneUrl: string | undefined): string {
  const phone = phoneUrl
    ? `<p>This site talks to the simulator. <a href="${escapeHtml(phoneUrl)}" target="phone">Open the simulated phone</a> to scan the QR code or to answer a push.</p>`
    : '';
  const way = person
    ? `<p>You are logged in as ${escapeHtml(person.name)}.</p><p><a class="button" href="/private">Your page</a></p>`
    : `<p>Everybody may read this page. The next one is for those who log in.</p>
<p><a class="button" href="/login">Log in with Smart-ID</a></p>
<h2>Sign without logging in</h2>
${signingLinks('/')}`;
  return page('Example site', way + phone);
}

export function privatePage(person: Person, history: readonly Deed[]): string {
  const rows = [
    ['Identifier', person.id],
    ['Country', person.country],
    ['Date of birth', person.dateOfBirth ?? 'unknown'],
    ['Level', person.level],
    ['Document', person.documentNumber],
  ]
    .map(([name, value]) => `<dt>${name}</dt><dd>${escapeHtml(value ?? '')}</dd>`)
    .join('');
  return page(
    `Hello, ${escapeHtml(person.name)}`,
    `<p>Smart-ID says who you are, and everything about it was verified.</p><dl>${rows}</dl>
<h2>Sign with the account you logged in with</h2>
${signingLinks('/private')}
<h2>What you did here</h2>
<table><thead><tr><th scope="col">When</th><th scope="col">What</th><th scope="col">How</th></tr></thead>
<tbody>${history.map(historyRow).join('')}</tbody></table>
<form method="post" action="/logout"><button>Log out</button></form>`,
  );
}

export function errorPage(status: number): string {
  const advice = status === 503 ? 'Smart-ID cannot be reached. Please try again later.' : 'Something went wrong here.';
  return page('Sorry', `<p>${advice}</p><p><a href="/">Back to the front page</a></p>`);
}

function signingLinks(returnTo: string): string {
  return `<p><a class="button" href="/sign/?reference=contract.pdf&amp;returnTo=${returnTo}">Sign a PDF</a>
<a class="button" href="/sign/?reference=contract.asice&amp;returnTo=${returnTo}">Sign a container (ASiC-E)</a></p>`;
}

function historyRow({ at, what, flowType, fileId }: Deed): string {
  const deed = fileId ? fileLink(fileId, what) : escapeHtml(what);
  const when = `<time datetime="${at.toISOString()}">${at.toISOString().slice(0, 16).replace('T', ' ')}</time>`;
  return `<tr><td>${when}</td><td>${deed}</td><td>${escapeHtml(flowType)}</td></tr>`;
}

function fileLink(id: string, text: string): string {
  return `<a href="/files/${id}" download>${escapeHtml(text)}</a>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
