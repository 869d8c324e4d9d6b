/** What tests need of the documents in Markdown: their links, and the anchors that links can lead to. */

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));

export interface Link {
  /** As it is written: `../README.md#going-live`. */
  target: string;
  /** The file that it leads to, from the root of the repository. */
  file: string;
  /** What follows the `#`, if there is one. */
  anchor?: string;
}

/** For who works on the package, and not in it. Paths from the root of the repository, as all of these. */
export const documentsOfRepository: readonly string[] = ['CONTRIBUTING.md', 'RELEASING.md'];

/** For users, in the package. */
export const documents: readonly string[] = [
  ...['README.md', 'SECURITY.md', 'CHANGELOG.md'],
  ...readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name.split(path.sep).join('/')}`)
    .sort(),
];

export function textOf(document: string): string {
  return readFileSync(path.join(root, document), 'utf8');
}

/** Links and pictures that lead into the repository. Code holds none. */
export function linksIn(document: string): Link[] {
  const targets = [...withoutCode(textOf(document)).matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = '']) => target);
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [relative = '', anchor] = target.split('#');
      const file = relative === '' ? document : path.posix.join(path.posix.dirname(document), relative);
      return { target, file, anchor };
    });
}

/** By the rule of GitHub; the second of two equal headings gets `-1`. */
export function anchorsIn(document: string): string[] {
  const headings = [
    ...textOf(document)
      .replace(/^```[\s\S]*?^```$/gm, '')
      .matchAll(/^#{1,6} (.+)$/gm),
  ];
  const seen = new Map<string, number>();
  return headings.map(([, heading = '']) => {
    const anchor = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-');
    const count = seen.get(anchor) ?? 0;
    seen.set(anchor, count + 1);
    return count === 0 ? anchor : `${anchor}-${count}`;
  });
}

function withoutCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, '').replace(/`[^`\n]+`/g, '');
}
