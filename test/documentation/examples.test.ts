/** The examples in the descriptions of the calculations give what they say. */

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import * as client from '../../lib/client.js';
import { root } from './markdown.js';

interface Example {
  file: string;
  call: string;
  result: string;
}

/** Each is a call and, in a comment behind or below it, its result. */
function examplesOf(file: string): Example[] {
  const source = readFileSync(path.join(root, file), 'utf8');
  return [...source.matchAll(/^ \* @example\n \* ```ts\n((?: \* .*\n)+?) \* ```$/gm)].map(([, lines = '']) => {
    const [call = '', result = ''] = lines
      .replaceAll(/^ \* /gm, '')
      .trim()
      .split(/;\s+\/\/ /);
    return { file, call, result };
  });
}

const folder = 'lib/protocol';
const examples = readdirSync(path.join(root, folder)).flatMap((name) => examplesOf(`${folder}/${name}`));
const evaluate = (expression: string): unknown =>
  new Function(...Object.keys(client), `return (${expression});`)(...Object.values(client));

describe('Examples of calculations:', () => {
  it('there are some', () => {
    expect(examples).to.have.length.above(5);
  });

  for (const { file, call, result } of examples) {
    it(`${call} in ${file}`, () => {
      expect(evaluate(call)).to.deep.equal(evaluate(result));
    });
  }
});
