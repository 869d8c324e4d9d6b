/** The style of the pages. All but the first part is about the content alone, so that a site's own page stays as it is. */

export const style = `
.smart-id-page { color-scheme: light dark; background: #f3f6f4; }
.smart-id-page body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; }
.smart-id-page main { display: grid; justify-items: center; }
#smart-id {
  --ink: #14201c;
  --quiet: #55645e;
  --paper: #f3f6f4;
  --card: #fff;
  --line: #d3dcd7;
  --accent: #00664a;
  --on-accent: #fff;
  --wrong: #b3261e;
  box-sizing: border-box;
  width: 100%;
  max-width: 32rem;
  padding: 1rem;
  background: var(--card);
  color: var(--ink);
  display: grid;
  gap: 1rem;
}
@media (prefers-color-scheme: dark) {
  .smart-id-page { background: #0f1714; }
  #smart-id {
    --ink: #e8efeb;
    --quiet: #a9b8b1;
    --paper: #0f1714;
    --card: #18231f;
    --line: #34443d;
    --accent: #5fd3a8;
    --on-accent: #06281c;
    --wrong: #ffb4ab;
  }
}
@media (min-width: 34rem) {
  .smart-id-page main { padding: clamp(1rem, 4vw, 3rem) 0; }
  #smart-id { padding: 2rem; border: 1px solid var(--line); border-radius: 1rem; }
}
#smart-id *, #smart-id *::before, #smart-id *::after { box-sizing: border-box; }
#smart-id [hidden] { display: none; }
#smart-id h1 { margin: 0; font-size: 1.5rem; line-height: 1.2; }
#smart-id h1, #smart-id p { text-wrap: balance; overflow-wrap: anywhere; }
#smart-id p { margin: 0; }
#smart-id .unseen {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}
#smart-id section, #smart-id details[open], #smart-id form, #smart-id noscript { display: grid; gap: 0.75rem; }
#qr[open] { justify-items: center; text-align: center; }
#qr > summary { justify-self: start; }
#qr-code { max-width: none; background: #fff; forced-color-adjust: none; }
#qr-code path { fill: #000; }
#message { padding: 0.75rem 1rem; border-left: 4px solid var(--accent); background: var(--paper); border-radius: 0.25rem; }
#choice-error { color: var(--wrong); }
#choice-error:empty { display: none; }
#verification-code {
  font: 700 3rem/1.2 ui-monospace, monospace;
  letter-spacing: 0.2em;
  text-indent: 0.2em;
}
#notification { text-align: center; }
#smart-id summary { cursor: pointer; color: var(--accent); padding: 0.5rem 0; }
#alternative { border-top: 1px solid var(--line); padding-top: 0.5rem; }
#smart-id label, #smart-id .hint { font-size: 0.875rem; color: var(--quiet); }
#smart-id label { margin-bottom: -0.5rem; }
#smart-id input, #smart-id select {
  width: 100%;
  min-height: 2.75rem;
  padding: 0 0.75rem;
  font: inherit;
  color: inherit;
  background: var(--card);
  border: 1px solid var(--quiet);
  border-radius: 0.5rem;
}
#smart-id input[aria-invalid='true'] { border-color: var(--wrong); }
#smart-id button, #smart-id .button {
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
#smart-id .quiet { color: var(--accent); background: transparent; }
#smart-id .choices { display: flex; flex-wrap: wrap; gap: 0.5rem; }
#smart-id .choices button { flex: 1 1 12rem; }
#smart-id nav { border-top: 1px solid var(--line); padding-top: 0.5rem; }
#smart-id nav ul { margin: 0; padding: 0; list-style: none; display: flex; flex-wrap: wrap; gap: 0 1rem; }
#smart-id nav a { display: inline-block; padding: 0.375rem 0; color: var(--quiet); font-size: 0.875rem; }
#smart-id nav a[aria-current] { color: var(--ink); font-weight: 600; text-decoration: none; }
#smart-id :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
/* A computer leads with the QR code, a phone with the link. */
@media (hover: hover) and (pointer: fine) {
  #qr > summary { display: none; }
  #device-link > .button { order: 1; color: var(--accent); background: transparent; }
}
`;
