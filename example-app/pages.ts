/** The pages of the example site. */

import type { Person } from './app.js';

const style = `
  :root { color-scheme: light dark; }
  body { font: 1rem/1.6 system-ui, sans-serif; max-width: 36rem; margin: 0 auto; padding: 2rem 1rem; }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1.5rem; }
  dt { opacity: 0.7; }
  dd { margin: 0; overflow-wrap: anywhere; }
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
    : '<p>Everybody may read this page. The next one is for those who log in.</p><p><a class="button" href="/login">Log in with Smart-ID</a></p>';
  return page('Example site', way + phone);
}

export function privatePage(person: Person): string {
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
<form method="post" action="/logout"><button>Log out</button></form>`,
  );
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
