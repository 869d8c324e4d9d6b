/**
 * The style of the pages. All but the first part is about the content alone, so that a site's own page stays as it is.
 * A site sets the custom properties that begin with `--smart-id-`, in its own style sheet.
 */

import { layoutByDevice } from './layout-by-device.js';

export const style = `
.smart-id-page, #smart-id {
  color-scheme: light dark;
  --ink: var(--smart-id-ink, #14201c);
  --quiet: var(--smart-id-quiet, #52615b);
  --page: var(--smart-id-page, #eef2f0);
  --card: var(--smart-id-card, #fff);
  --tint: var(--smart-id-tint, #f0f5f2);
  --line: var(--smart-id-line, #d5ddd9);
  --accent: var(--smart-id-accent, #00664a);
  --accent-hover: var(--smart-id-accent-hover, var(--smart-id-accent, #004f39));
  --on-accent: var(--smart-id-on-accent, #fff);
  --warning: #a15c00;
  --warning-tint: #fdf4e3;
  --wrong: #b3261e;
  --radius: var(--smart-id-radius, 0.5rem);
}
@media (prefers-color-scheme: dark) {
  .smart-id-page, #smart-id {
    --ink: var(--smart-id-ink, #e8efeb);
    --quiet: var(--smart-id-quiet, #aebbb5);
    --page: var(--smart-id-page, #0d1411);
    --card: var(--smart-id-card, #17211d);
    --tint: var(--smart-id-tint, #202c27);
    --line: var(--smart-id-line, #33413b);
    --accent: var(--smart-id-accent, #62d2a9);
    --accent-hover: var(--smart-id-accent-hover, var(--smart-id-accent, #8be3c2));
    --on-accent: var(--smart-id-on-accent, #06281c);
    --warning: #f0b75c;
    --warning-tint: #2e2717;
    --wrong: #ffb4ab;
  }
}
.smart-id-page { background: var(--card); }
.smart-id-page body { margin: 0; font: 1rem/1.5 var(--smart-id-font, system-ui, sans-serif); }
.smart-id-page main { display: grid; justify-items: center; }
#smart-id {
  box-sizing: border-box;
  position: relative;
  width: 100%;
  max-width: 32rem;
  padding: 1rem 1rem 0.5rem;
  background: var(--card);
  color: var(--ink);
  display: grid;
  grid-template-columns: minmax(0, 1fr);
  gap: 1rem;
}
@media (min-width: 34rem) {
  .smart-id-page { background: var(--page); }
  .smart-id-page main { padding: clamp(1rem, 8vh, 4rem) 0; }
  #smart-id {
    padding: 2rem 2rem 0.75rem;
    border: 1px solid var(--line);
    border-radius: min(2 * var(--radius), 1.5rem);
    box-shadow: 0 0.5rem 1.5rem rgb(0 0 0 / 6%);
  }
}
#smart-id *, #smart-id *::before, #smart-id *::after { box-sizing: border-box; }
#smart-id [hidden]:not(#message), #smart-id noscript:empty, #alternative:empty { display: none !important; }
#site { font-size: 0.875rem; line-height: 1.25rem; display: flex; align-items: center; gap: 0.75rem; color: var(--quiet); font-weight: 600; }
#site img { max-height: 2.5rem; max-width: 50%; }
#smart-id h1 { margin: 0 0 0.25rem; font-size: 1.5rem; line-height: 1.25; text-wrap: balance; }
#smart-id p { margin: 0; text-wrap: pretty; }
#smart-id h1, #smart-id p, #smart-id button, #smart-id .button, #smart-id summary { overflow-wrap: anywhere; }
#smart-id .unseen {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}
#smart-id section, #smart-id form, #smart-id noscript {
  display: grid;
  grid-template-columns: minmax(0, 1fr);
  gap: 1rem;
}
#smart-id #finish { display: contents; }

#site:not(:has(img)) + h1 { margin-top: -0.5rem; }
#message { padding: 0.75rem 1rem; background: var(--tint); border-left: 4px solid var(--accent); border-radius: 0.25rem; }
/* Always there for those who cannot see the page: what comes and goes as a whole is not read out everywhere. */
#message[hidden] { display: block; position: absolute; height: 0; padding: 0; border: 0; overflow: hidden; }
/* What is to come has its place already. */
.starting > #message, .starting > #device-link { grid-area: 3 / 1; }
.starting > #documents ~ :is(#message, #device-link) { grid-area: 4 / 1; }
.starting > #message { align-self: start; padding: 0; background: none; border: 0; }
#smart-id.starting > #device-link, .starting > #device-link > .button { display: grid !important; visibility: hidden; }
/* The focus may be on one of them. */
.starting > :is(#try-again, #notification, #other-ways) { position: absolute; opacity: 0; pointer-events: none; }
#message:has(+ #try-again:not([hidden])) { background: var(--warning-tint); border-color: var(--warning); }

#smart-id button, #smart-id .button {
  min-height: 3rem;
  padding: 0.6875rem 1rem;
  font: inherit;
  font-weight: 600;
  text-align: center;
  text-decoration: none;
  color: var(--on-accent);
  background: var(--accent);
  border: 1px solid var(--accent);
  border-radius: var(--radius);
  cursor: pointer;
}
#smart-id button:hover, #smart-id .button:hover { background: var(--accent-hover); border-color: var(--accent-hover); }
#smart-id .quiet { color: var(--accent); background: transparent; }
#smart-id .quiet:hover { color: var(--accent-hover); background: var(--tint); }
/* An image is for where the button leads; on a computer it would outshine the QR code. What is not shown is no name of the link. */
.image img { display: none; }
@media (pointer: coarse) {
  #smart-id .image { min-height: 0; padding: 0; background: none; border: 0; }
  #smart-id .image img { display: block; margin: auto; height: 3rem; max-width: 100%; object-fit: contain; }
  .image > span { display: none; }
}
#smart-id .choices { display: grid; gap: 0.75rem; }
#smart-id :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }

#smart-id details { border-top: 1px solid var(--line); }
#smart-id summary {
  display: flex;
  align-items: center;
  justify-content: space-between;
  gap: 1rem;
  min-height: 3rem;
  padding: 0.5rem 0;
  color: var(--accent);
  font-weight: 600;
  cursor: pointer;
}
#smart-id summary::-webkit-details-marker { display: none; }
#smart-id summary::after {
  content: '';
  flex: none;
  width: 0.5rem;
  height: 0.5rem;
  margin: 0 0.25rem;
  border: solid;
  border-width: 0 2px 2px 0;
  transform: translateY(-25%) rotate(45deg);
}
#smart-id details[open] > summary::after { transform: translateY(25%) rotate(225deg); }
#smart-id details[open] { padding-bottom: 0.5rem; }
/* Rows of a list. */
#smart-id > details:not([open]), #device-link:has(> #qr:not([open])) { margin-bottom: -1rem; }
#device-link:has(> #qr:not([open])) ~ div#alternative { margin-top: 1rem; }

#qr > p { margin-bottom: 1rem; }
#qr > .frame {
  display: grid;
  justify-items: center;
  padding: 0.5rem 0;
  background: #fff;
  border-radius: min(var(--radius), 1rem);
  box-shadow: 0 0 0 1px var(--line);
  forced-color-adjust: none;
}
/* From edge to edge: the larger, the better it can be scanned. */
@media (max-width: 33.99rem) {
  #qr > .frame { margin: 0 -1rem; border-radius: 0; box-shadow: none; }
}
#qr-code.old { visibility: hidden; }
#qr-wait { grid-area: 1 / 1; place-self: center; color: #52615b; }
#qr-code { grid-area: 1 / 1; display: block; width: 366px; height: 366px; max-width: 100%; }
#qr-code path { fill: #000; }

#verification-code {
  padding: 1rem 0.5rem;
  border-radius: min(var(--radius), 1rem);
  background: var(--tint);
  text-align: center;
  font-size: min(3.5rem, 16vw);
  font-weight: 700;
  font-variant-numeric: tabular-nums;
  line-height: 1.25;
  letter-spacing: 0.2em;
  text-indent: 0.2em;
}
#verification-code::before {
  content: attr(data-label);
  display: block;
  color: var(--quiet);
  font-size: 0.875rem;
  font-weight: 400;
  line-height: 1.5;
  letter-spacing: 0;
  text-indent: 0;
}

#smart-id label, #smart-id .hint { font-size: 0.875rem; color: var(--quiet); }
#smart-id label { margin-bottom: -0.75rem; }
#smart-id .hint, #choice-error { margin-top: -0.5rem; }
#choice-error { color: var(--wrong); }
#choice-error:empty { position: absolute; }
#smart-id input, #smart-id select {
  width: 100%;
  min-height: 3rem;
  padding: 0 1rem;
  font: inherit;
  color: inherit;
  background: var(--card);
  border: 1px solid var(--quiet);
  border-radius: min(var(--radius), 0.75rem);
}
/* Some browsers draw their own in colours of their own, so the page draws it; a picture would hide from programs what is below it. */
#smart-id select { appearance: none; padding: 0 2.5rem 0 0.75rem; }
#smart-id .pick { position: relative; }
#smart-id .pick::after {
  content: '';
  position: absolute;
  right: 1rem;
  top: 50%;
  width: 0.5rem;
  height: 0.5rem;
  border: solid;
  border-width: 0 2px 2px 0;
  transform: translateY(-75%) rotate(45deg);
  pointer-events: none;
}
#smart-id input[aria-invalid='true'] { border-color: var(--wrong); box-shadow: inset 0 0 0 1px var(--wrong); }

/* Some items are nothing but a link: without bullets all begin at one line. An empty text, unlike none, leaves it a list in Safari. */
#smart-id #help ul { margin: 0; padding: 0; list-style-type: ''; display: grid; gap: 1rem; font-size: 0.875rem; }
#smart-id #help li { color: var(--quiet); overflow-wrap: anywhere; }
#smart-id #help a { color: var(--accent); display: block; width: fit-content; min-width: 2.75rem; margin: -0.5rem 0; padding: 0.75rem 0; }
#smart-id #help a:hover { color: var(--accent-hover); }
#smart-id #documents { gap: 0; }
#what-you-sign { font-size: 0.875rem; color: var(--quiet); }
#smart-id #documents ul { margin: 0; padding: 0; list-style-type: ''; }
#smart-id #documents li { overflow-wrap: anywhere; }
#smart-id #documents a { display: block; width: fit-content; min-width: 2.75rem; padding: 0.625rem 0; color: var(--accent); font-weight: 600; }
#smart-id #documents a:hover { color: var(--accent-hover); }
#smart-id #cancel { margin-top: 0.5rem; }
#smart-id #cancel button { border-color: var(--line); }

#smart-id nav { border-top: 1px solid var(--line); padding-top: 0.25rem; }
#smart-id nav ul { margin: 0 -0.5rem; padding: 0; list-style: none; display: flex; flex-wrap: wrap; }
#smart-id nav a { display: block; padding: 0.5rem; color: var(--quiet); font-size: 0.875rem; }
#smart-id nav a:hover { color: var(--ink); }
#smart-id nav a[aria-current] { color: var(--ink); font-weight: 600; text-decoration: none; }
${layoutByDevice}`;
