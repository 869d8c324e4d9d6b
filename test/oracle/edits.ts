/**
 * Changes to DER that a reader could overlook: each in one place, with everything around it right, so that what is compared is how that
 * place is read. fast-check chooses, so that a seed repeats them.
 */

import fc from 'fast-check';
import { tags } from '../../lib/trust/der.js';
import { bytesOf, type Node, nodeOf, placesIn, treeOf } from './der-tree.js';

type Choose = (bound: number) => number;

const maxEdits = 2;
const maxChoices = 16;

/** DER with one or two of its elements changed; never the outermost, which others look at. */
export function editedDer(original: Uint8Array, others: readonly Uint8Array[]): fc.Arbitrary<Buffer<ArrayBuffer>> {
  const pool = [original, ...others].flatMap((der) =>
    placesIn(treeOf(der)).map(({ siblings, index }) => bytesOf(siblings[index] as Node)),
  );
  return fc.array(fc.nat(), { minLength: maxChoices, maxLength: maxChoices }).map((choices) => {
    let used = 0;
    const choose: Choose = (bound) => (choices[used++ % maxChoices] ?? 0) % bound;
    const root = treeOf(original);
    for (let edits = 1 + choose(maxEdits); edits > 0; edits--) edit(root, choose, pool);
    return bytesOf(root);
  });
}

function edit(root: Node, choose: Choose, pool: readonly Uint8Array[]): void {
  const places = placesIn(root);
  const place = places[choose(Math.max(1, places.length))];
  if (!place) return;
  const { siblings, index } = place;
  const node = siblings[index] as Node;
  const replace = (...by: Node[]) => siblings.splice(index, 1, ...by);
  const other = () => treeOf(pick(pool, choose));
  const edits: (() => void)[] = [
    () => replace(),
    () => replace(node, node),
    () => siblings.splice(index, 2, ...siblings.slice(index, index + 2).reverse()),
    () => replace(other()),
    () => replace(other(), node),
    () => replace(nodeOf(tags.sequence, [node])),
    () => replace({ ...node, tag: otherTag(node.tag, choose) }),
    () => replace({ ...node, lengthForm: pick(['one octet too many', 'two octets too many', 'indefinite'], choose) }),
    () => replace({ ...node, content: otherContent(node, choose) }),
    () => replace({ ...node, content: otherContent(node, choose) }),
    () => replace({ ...node, content: otherContent(node, choose) }),
  ];
  pick(edits, choose)();
}

const otherTags = [...Object.values(tags), 0x0d, 0x24, 0x80, 0x81, 0x82, 0x86, 0xa0, 0xa1, 0xa2, 0xa3, 0xa4];

/** Another one, or the same one in the form that is for numbers from 31 on. */
function otherTag(tag: Uint8Array, choose: Choose): Uint8Array {
  const [first = 0] = tag;
  if (choose(4) === 0) return Uint8Array.of(first | 0x1f, first & 0x1f);
  return Uint8Array.of(choose(3) === 0 ? first ^ (1 << choose(8)) : pick(otherTags, choose));
}

function otherContent({ tag: [tag = 0], content }: Node, choose: Choose): Node[] | Uint8Array {
  if (!(content instanceof Uint8Array)) return otherElements(content, choose);
  const specific = contentsOf(tag, content);
  if (specific.length > 0 && choose(4) > 0) return pick(specific, choose);
  const at = choose(content.length + 1);
  const octet = choose(256);
  return pick(
    [
      () => Buffer.concat([content.subarray(0, at), Uint8Array.of(octet), content.subarray(at)]),
      () => Buffer.concat([content.subarray(0, at), Uint8Array.of(octet), content.subarray(at + 1)]),
      () => Buffer.concat([content.subarray(0, at), content.subarray(at + 1)]),
      () => new Uint8Array(),
    ],
    choose,
  )();
}

function otherElements(content: Node[], choose: Choose): Node[] {
  return pick(
    [
      () => [],
      () => [...content, nodeOf(tags.null, new Uint8Array())],
      () => [...content].reverse(),
      () => [...content, ...content],
    ],
    choose,
  )();
}

const ascii = (text: string) => Buffer.from(text, 'latin1');
const long = (length: number) => new Uint8Array(length).fill(0x41);

/** Contents of this kind of element that are wrong, odd, or at a bound. */
function contentsOf(tag: number, content: Uint8Array): Uint8Array[] {
  const prefixed = (...octets: number[]) => Buffer.concat([Uint8Array.from(octets), content]);
  switch (tag) {
    case tags.boolean:
      return [[0], [1], [0xff], [0xff, 0xff], [0x80]].map((octets) => Uint8Array.from(octets));
    case tags.integer:
    case tags.enumerated:
      return [
        prefixed(0),
        prefixed(0xff),
        prefixed(0x80),
        ...[[0], [1], [2], [0xff], [0, 0x80], [0x80]].map((octets) => Uint8Array.from(octets)),
        long(20),
        long(21),
        long(22),
      ];
    case tags.objectIdentifier:
      return [
        prefixed(0x80),
        Buffer.concat([content, Uint8Array.of(0x80)]),
        Buffer.concat([content, Uint8Array.of(0x81)]),
        long(40),
        long(41),
        Uint8Array.of(0x2a),
        Buffer.concat([content.subarray(0, 2), new Uint8Array(9).fill(0xff), Uint8Array.of(0x7f)]),
      ];
    case tags.bitString:
      return [
        Buffer.concat([Uint8Array.of(1), content.subarray(1)]),
        Buffer.concat([content, Uint8Array.of(0)]),
        ...[[0], [7, 0x80], [0, 0x80], [8, 0x80], [7, 0xff], [5, 0xe0], [0, 0xff, 0xff], [0, 1, 2, 3]].map((octets) =>
          Uint8Array.from(octets),
        ),
      ];
    case tags.utcTime:
    case tags.generalizedTime:
      return timesLike(Buffer.from(content).toString('latin1')).map(ascii);
    case tags.null:
      return [Uint8Array.of(0)];
    case tags.utf8String:
    case tags.printableString:
    case tags.ia5String:
      return [
        prefixed(0),
        prefixed(0xff),
        prefixed(0xc3, 0xa4),
        prefixed(0xc0, 0x80),
        prefixed(0xed, 0xa0, 0x80),
        prefixed(0xef, 0xbb, 0xbf),
        prefixed(0x40),
      ];
    default:
      return [];
  }
}

/** Other spellings of this time, neighbours of it, and what looks like one. */
function timesLike(time: string): string[] {
  const day = time.slice(0, -7);
  const whole = time.slice(0, -1);
  return [
    `${whole}.5Z`,
    `${whole}.0Z`,
    whole,
    `${whole}+0000`,
    `${whole}+0200`,
    `${whole}z`,
    `${time.slice(0, -3)}Z`,
    `${day}240000Z`,
    `${day}235960Z`,
    `${day.slice(0, -4)}1301120000Z`,
    `${day.slice(0, -4)}0230120000Z`,
    `${day.slice(0, -4)}0228120000Z`,
    `19${time}`,
    time.slice(2),
    `${' '}${time.slice(1)}`,
    `${time}\0`,
  ];
}

function pick<T>(list: readonly T[], choose: Choose): T {
  return list[choose(list.length)] as T;
}
