/** The style of the phone page, for a screen held in the hand. A string, so that it needs no copying into the build. */
export const phoneStyle = `
:root {
  color-scheme: light dark;
  --ground: #eef2f1; --card: #fff; --ink: #15211f; --soft: #5b6b68; --line: #d3dcda;
  --accent: #0b5d5a; --on-accent: #fff; --tint: #e2f1ef; --alarm: #a3261c; --alarm-tint: #fdecea;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #101615; --card: #1a2221; --ink: #e8efed; --soft: #9badaa; --line: #34413f;
    --accent: #5cc5bd; --on-accent: #07211f; --tint: #16312f; --alarm: #ffb1a8; --alarm-tint: #3b1a17;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 26rem; margin: 0 auto; padding: 1.25rem 1rem 3rem; }
header { display: flex; flex-direction: row-reverse; justify-content: space-between; align-items: center; }
h1 { margin: 0; font-size: 1.5rem; letter-spacing: -.01em; }
h2 { margin: 0 0 .75rem; font-size: 1.05rem; }
p { margin: 0 0 .75rem; }
.badge { margin: 0; padding: .15rem .65rem; border: 1px solid var(--line); border-radius: 1rem; font-size: .8rem; color: var(--soft); }
.lead { margin: .75rem 0 1.25rem; color: var(--soft); }
.hint { color: var(--soft); font-size: .9rem; margin: 0; }
.card { margin: 0 0 1rem; padding: 1.1rem; background: var(--card); border: 1px solid var(--line); border-radius: 1rem; }
.message { margin: 1rem 0; padding: .75rem 1rem; border-radius: .75rem; background: var(--alarm-tint); color: var(--alarm); }
.buttons { display: grid; grid-template-columns: 1fr 1fr; gap: .6rem; }
button, select, textarea { font: inherit; color: inherit; width: 100%; border: 1px solid var(--line); border-radius: .7rem; background: var(--card); }
button { min-height: 3rem; padding: .5rem .75rem; font-weight: 600; cursor: pointer; }
button.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
button:disabled { opacity: .5; cursor: default; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
textarea { padding: .6rem .75rem; margin-bottom: .6rem; font: .85rem/1.4 ui-monospace, monospace; resize: vertical; word-break: break-all; }
#account-hint { margin-top: .4rem; }
select { min-height: 3rem; padding: .5rem .6rem; text-overflow: ellipsis; }
label[for="account"] { display: block; margin: 1.25rem 0 .35rem; font-size: .9rem; color: var(--soft); }
.scanner { margin-top: .75rem; }
.scanner video { display: block; width: 100%; max-height: 50vh; object-fit: contain; border-radius: .7rem; background: #000; margin-bottom: .6rem; }
.pushes { list-style: none; margin: 0; padding: 0; display: grid; gap: .5rem; }
.pushes button { text-align: left; background: var(--tint); border-color: transparent; }
.pushes small { display: block; font-weight: 400; color: var(--soft); overflow-wrap: anywhere; }
#question .card { margin-top: 1rem; }
.asks { font-size: 1.15rem; margin-bottom: .35rem; overflow-wrap: anywhere; }
.asks span { color: var(--soft); font-size: .95rem; }
.text { padding: .9rem 1rem; background: var(--tint); border-radius: .7rem; font-size: 1.05rem; white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; }
.code { margin-top: 1.1rem; text-align: center; }
.code output { font: 600 2.4rem/1.3 ui-monospace, monospace; letter-spacing: .18em; padding-left: .18em; }
.codes { margin: 1.1rem 0 0; padding: 0; border: 0; min-width: 0; }
.codes legend { padding: 0 0 .4rem; }
#code-choices { display: grid; grid-template-columns: repeat(3, 1fr); gap: .6rem; }
#code-choices label { position: relative; display: block; }
#code-choices input { position: absolute; opacity: 0; }
#code-choices span { display: block; padding: .6rem 0; text-align: center; font: 600 1.35rem ui-monospace, monospace; letter-spacing: .06em; border: 1px solid var(--line); border-radius: .7rem; cursor: pointer; }
#code-choices input:checked + span { background: var(--tint); border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); }
#code-choices input:focus-visible + span { outline: 3px solid var(--accent); outline-offset: 2px; }
.answers { margin-top: 1.1rem; }
.done, .waiting { margin-top: 1rem; text-align: center; }
.done h2, .waiting h2 { font-size: 1.3rem; margin-bottom: .35rem; }
.mark { width: 3.5rem; height: 3.5rem; margin: .5rem auto 1rem; border-radius: 50%; display: grid; place-items: center; font-size: 1.7rem; background: var(--tint); color: var(--accent); }
.done.failed .mark { background: var(--alarm-tint); color: var(--alarm); }
.done a { display: inline-block; margin-top: 1.25rem; color: var(--accent); }
`;
