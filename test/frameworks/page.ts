/**
 * What a page of docs/frameworks says, as somebody follows it who has nothing but the page. A block whose paragraph before ends
 * with a file name and a colon, such as "`server.ts`:", is that file; the first block of `npm install` is what is installed; the
 * first block of commands after it that does not start the simulator starts the site. Other blocks are only read.
 */

export interface DocumentationPage {
  install: string;
  /** The text of each file, by its name. */
  files: ReadonlyMap<string, string>;
  start: string;
}

interface Block {
  fileName: string | undefined;
  language: string;
  text: string;
}

/** @throws Error when one of the three is missing. */
export function readPage(markdown: string): DocumentationPage {
  const blocks = [...markdown.matchAll(/(?:`([^`\n]+)`:\n\n)?^```(\w+)\n([\s\S]*?)^```$/gm)].map(
    ([, fileName, language = '', text = '']): Block => ({ fileName, language, text }),
  );
  const files = new Map(blocks.flatMap(({ fileName, text }) => (fileName === undefined ? [] : [[fileName, text]])));
  const commands = blocks.filter(({ fileName, language }) => fileName === undefined && language === 'sh');
  const installAt = commands.findIndex(({ text }) => text.startsWith('npm install passport-smart-id '));
  const start = commands.slice(installAt + 1).find(({ text }) => !text.startsWith('npx smart-id-simulator '));
  const install = commands[installAt];
  if (!install || !start || files.size === 0) {
    throw new Error(
      'The page needs a block of "npm install passport-smart-id …", a file, and a block that starts the site.',
    );
  }
  return { install: install.text, files, start: start.text };
}
