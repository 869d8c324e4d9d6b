/** Genuine DER as a tree, to be changed in any place and written again with all the lengths around that place right. */

import { DerReader, tags } from '../../lib/trust/der.js';

export interface Node {
  /** The identifier octets. */
  tag: Uint8Array;
  /** What is in it: elements, or octets. */
  content: Node[] | Uint8Array;
  /** How its length is written. */
  lengthForm: 'shortest' | 'one octet too many' | 'two octets too many' | 'indefinite';
}

export function nodeOf(tag: number, content: Node[] | Uint8Array): Node {
  return { tag: Uint8Array.of(tag), content, lengthForm: 'shortest' };
}

/** The one element in some DER. An OCTET STRING that holds DER is opened as well, as extensions are. */
export function treeOf(der: Uint8Array): Node {
  const [only, ...others] = nodesIn(der);
  if (!only || others.length > 0) throw new Error('The bytes are not one element of DER.');
  return only;
}

function nodesIn(der: Uint8Array): Node[] {
  const reader = new DerReader(Uint8Array.from(der));
  const nodes: Node[] = [];
  while (!reader.isAtEnd) {
    const { tag, content } = reader.nextOfAnyTag();
    nodes.push(
      nodeOf(tag, isConstructed(tag) ? nodesIn(content) : tag === tags.octetString ? opened(content) : content),
    );
  }
  return nodes;
}

function opened(content: Uint8Array): Node[] | Uint8Array {
  try {
    return [treeOf(content)];
  } catch {
    return content;
  }
}

function isConstructed(tag: number): boolean {
  return (tag & 0x20) !== 0;
}

export function bytesOf({ tag, content, lengthForm }: Node): Buffer<ArrayBuffer> {
  const body = content instanceof Uint8Array ? content : Buffer.concat(content.map(bytesOf));
  if (lengthForm === 'indefinite')
    return Buffer.concat([tag, [0x80], body, [0, 0]].map((part) => Uint8Array.from(part)));
  return Buffer.concat([tag, Uint8Array.from(lengthOctets(body.length, lengthForm)), body]);
}

function lengthOctets(length: number, form: Exclude<Node['lengthForm'], 'indefinite'>): number[] {
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  if (form === 'two octets too many') return [0x80 + octets.length + 2, 0, 0, ...octets];
  if (form === 'one octet too many') return length < 0x80 ? [0x81, length] : [0x81 + octets.length, 0, ...octets];
  return length < 0x80 ? [length] : [0x80 + octets.length, ...octets];
}

/** A node and the list that it stands in. */
export interface Place {
  siblings: Node[];
  index: number;
}

/** Every node below this one. */
export function placesIn({ content }: Node): Place[] {
  if (content instanceof Uint8Array) return [];
  return content.flatMap((node, index) => [{ siblings: content, index }, ...placesIn(node)]);
}
