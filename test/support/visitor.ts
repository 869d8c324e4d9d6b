/** A visitor whose browser runs no scripts: opens pages, sees what is not hidden, presses buttons, and is led on. */

import { DOMParser, type Element } from '@xmldom/xmldom';
import { Browser } from './site.js';

const voidElements = /^<(?:meta|link|input|br)\b/;
const mostRedirects = 10;

/** As XML, which the parser holds to strict rules: whatever is not closed, or not quoted, is an error. */
function toXml(html: string): string {
  return html.replace(/^<!doctype html>/i, '').replace(/<[a-z][^>]*>/g, (tag) => {
    const isOpen = voidElements.test(tag) && !tag.endsWith('/>');
    const whole = tag.replace(/\s([a-z0-9-]+)(="[^"]*")?/g, (_all, name, value) => ` ${name}${value ?? `="${name}"`}`);
    return isOpen ? whole.replace(/>$/, '/>') : whole;
  });
}

function elementsOf(parent: Element): Element[] {
  return [...parent.childNodes].flatMap((node) =>
    node.nodeType === 1 ? [node as Element, ...elementsOf(node as Element)] : [],
  );
}

export class Page {
  readonly url: URL;
  readonly status: number;
  readonly headers: Headers;
  readonly html: string;
  /** The addresses on the way, from the first that was asked for to this one. */
  readonly way: string[];
  private parsed: Element[] | undefined;

  constructor(way: string[], { status, headers }: Response, html: string) {
    this.way = way;
    this.url = new URL(way.at(-1) ?? '');
    this.status = status;
    this.headers = headers;
    this.html = html;
  }

  get elements(): Element[] {
    if (!this.parsed) {
      const root = new DOMParser({
        onError: (_level, message) => {
          throw new Error(`${message}\n${this.html}`);
        },
      }).parseFromString(toXml(this.html), 'text/xml').documentElement;
      this.parsed = root ? [root as Element, ...elementsOf(root as Element)] : [];
    }
    return this.parsed;
  }

  /** What the page is made of, without what it says. */
  get structure(): string {
    return this.elements
      .map(({ tagName, attributes }) => [tagName, ...[...attributes].map(({ name }) => name)].join(' '))
      .join('\n');
  }

  find(id: string): Element | undefined {
    return this.elements.find((element) => element.getAttribute('id') === id);
  }

  /** The text of an element that is seen. */
  text(id: string): string | undefined {
    const element = this.find(id);
    return element && isSeen(element) ? (element.textContent ?? '').trim() : undefined;
  }

  get message(): string | undefined {
    return this.text('message');
  }

  /** What can be pressed. */
  get buttons(): string[] {
    return this.elements.filter(isButton).filter(isSeen).map(textOf);
  }

  /** Where a link that is seen leads, by its id or its text. */
  link(name: string): URL | undefined {
    const link = this.elements.find(
      (element) =>
        element.tagName === 'a' && isSeen(element) && [element.getAttribute('id'), textOf(element)].includes(name),
    );
    const address = link?.getAttribute('href');
    return address ? new URL(address, this.url) : undefined;
  }

  /** What a browser sends when a button is pressed. */
  submission(text: string): { action: URL; fields: Record<string, string> } {
    const button = this.elements.find((element) => isButton(element) && isSeen(element) && textOf(element) === text);
    const form = button && ancestorsOf(button).find(({ tagName }) => tagName === 'form');
    if (!button || !form) throw new Error(`There is no button "${text}", but: ${this.buttons.join(', ')}.`);
    const fields: Record<string, string> = {};
    for (const field of [...elementsOf(form).filter(({ tagName }) => /^(?:input|select)$/.test(tagName)), button]) {
      const name = field.getAttribute('name');
      if (name) fields[name] = field.tagName === 'select' ? chosen(field) : (field.getAttribute('value') ?? '');
    }
    return { action: new URL(form.getAttribute('action') ?? '', this.url), fields };
  }
}

function isButton({ tagName }: Element): boolean {
  return tagName === 'button';
}

function textOf({ textContent }: Element): string {
  return (textContent ?? '').trim();
}

function ancestorsOf(element: Element): Element[] {
  const parent = element.parentNode as Element | null;
  return parent?.nodeType === 1 ? [parent, ...ancestorsOf(parent)] : [];
}

function isSeen(element: Element): boolean {
  return ![element, ...ancestorsOf(element)].some((place) => place.hasAttribute('hidden'));
}

function chosen(select: Element): string {
  const options = elementsOf(select).filter(({ tagName }) => tagName === 'option');
  const option = options.find((candidate) => candidate.hasAttribute('selected')) ?? options[0];
  return option?.getAttribute('value') ?? '';
}

export class Visitor extends Browser {
  private readonly headers: Record<string, string>;

  /** @param headers that the browser sends with each request, such as its languages. */
  constructor(origin: string, headers: Record<string, string> = {}) {
    super(origin);
    this.headers = headers;
  }

  open(address: string | URL): Promise<Page> {
    return this.go(new URL(address, this.origin));
  }

  /** Presses a button, after filling in fields. */
  press(page: Page, text: string, filled: Record<string, string> = {}): Promise<Page> {
    const { action, fields } = page.submission(text);
    return this.send(action, { ...fields, ...filled });
  }

  /** Sends a form of the page, whatever is on it. */
  send(action: string | URL, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Page> {
    return this.go(new URL(action, this.origin), {
      method: 'POST',
      headers: { origin: this.origin, 'sec-fetch-site': 'same-origin', ...headers },
      body: new URLSearchParams(fields),
    });
  }

  private async go(address: URL, init: RequestInit = {}, way: string[] = []): Promise<Page> {
    const response = await fetch(address, {
      redirect: 'manual',
      ...init,
      headers: { ...this.headers, ...init.headers, cookie: await this.jar.getCookieString(address.href) },
    });
    for (const cookie of response.headers.getSetCookie()) await this.jar.setCookie(cookie, address.href);
    const html = await response.text();
    const been = [...way, address.href];
    const location = response.headers.get('location');
    if (location === null) return new Page(been, response, html);
    if (been.length > mostRedirects) throw new Error(`Led from one address to the next: ${been.join(' ')}`);
    const next = new URL(location, address);
    if (next.origin !== this.origin) throw new Error(`Led to another site: ${next}`);
    return this.go(next, {}, been);
  }
}
