/** The style of the pages. */

export const style = `
:root {
  color-scheme: light dark;
  --ink: #14201c;
  --quiet: #55645e;
  --paper: #f3f6f4;
  --card: #fff;
  --line: #d3dcd7;
  --accent: #00664a;
  --on-accent: #fff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e8efeb;
    --quiet: #a9b8b1;
    --paper: #0f1714;
    --card: #18231f;
    --line: #34443d;
    --accent: #5fd3a8;
    --on-accent: #06281c;
  }
}
*, *::before, *::after { box-sizing: border-box; }
[hidden] { display: none !important; }
body {
  margin: 0;
  min-height: 100vh;
  display: grid;
  place-items: start center;
  padding: clamp(0.75rem, 4vw, 3rem) 0.75rem;
  background: var(--paper);
  color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif;
}
main {
  width: 100%;
  max-width: 32rem;
  padding: clamp(1rem, 4vw, 2rem);
  background: var(--card);
  border: 1px solid var(--line);
  border-radius: 1rem;
  display: grid;
  gap: 1rem;
}
h1 { margin: 0; font-size: 1.5rem; line-height: 1.2; }
h1, p { text-wrap: balance; }
p { margin: 0; }
section, details[open], form { display: grid; gap: 0.75rem; }
#qr[open] { justify-items: center; text-align: center; }
#qr > summary { justify-self: start; }
#qr-code { width: 100%; height: auto; background: #fff; border-radius: 0.5rem; }
#qr-code path { fill: #000; }
#message { padding: 0.75rem 1rem; border-left: 4px solid var(--accent); background: var(--paper); border-radius: 0.25rem; }
#choice-error { color: #b3261e; }
#verification-code {
  font: 700 3rem/1.2 ui-monospace, monospace;
  letter-spacing: 0.2em;
  text-indent: 0.2em;
  text-align: center;
}
#notification { text-align: center; }
summary { cursor: pointer; color: var(--accent); padding: 0.5rem 0; }
#alternative { border-top: 1px solid var(--line); padding-top: 0.5rem; }
label { font-size: 0.875rem; color: var(--quiet); margin-bottom: -0.5rem; }
input, select {
  width: 100%;
  min-height: 2.75rem;
  padding: 0 0.75rem;
  font: inherit;
  color: inherit;
  background: var(--card);
  border: 1px solid var(--quiet);
  border-radius: 0.5rem;
}
button, .button {
  min-height: 2.75rem;
  padding: 0.5rem 1rem;
  font: inherit;
  font-weight: 600;
  text-align: center;
  text-decoration: none;
  color: var(--on-accent);
  background: var(--accent);
  border: 1px solid var(--accent);
  border-radius: 0.5rem;
  cursor: pointer;
}
.quiet { color: var(--accent); background: transparent; }
.choices { display: flex; flex-wrap: wrap; gap: 0.5rem; }
.choices button { flex: 1 1 12rem; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
@media (prefers-color-scheme: dark) {
  #choice-error { color: #ffb4ab; }
}
/* A computer leads with the QR code, a phone with the link. */
@media (hover: hover) and (pointer: fine) {
  #qr > summary { display: none; }
  #device-link > .button { order: 1; color: var(--accent); background: transparent; }
}
`;
