import { fromBER, Integer, OctetString, Sequence } from 'asn1js';
import { expect } from 'chai';
import fc from 'fast-check';
import { derElements, fewDerElements } from '../../lib/trust/der.js';

const bytes = (hexadecimal: string) => new Uint8Array(Buffer.from(hexadecimal, 'hex'));

describe('A walk through DER', () => {
  it('finds what another library has written', () => {
    const content = fc.uint8Array({ maxLength: 70_000, size: 'max' });
    const element = fc.oneof(
      fc.nat().map((value) => new Integer({ value })),
      content.map((valueHex) => new OctetString({ valueHex })),
      fc
        .array(fc.nat(), { maxLength: 60 })
        .map((all) => new Sequence({ value: all.map((value) => new Integer({ value })) })),
    );
    fc.assert(
      fc.property(fc.array(element, { maxLength: 5 }), (elements) => {
        const encoded = elements.map((one) => Buffer.from(one.toBER(false)));
        const found = [...derElements(new Uint8Array(Buffer.concat(encoded)))];
        expect(found.map(({ bytes }) => Buffer.from(bytes))).to.deep.equal(encoded);
        for (const [index, { tag, content, bytes }] of found.entries()) {
          expect(tag).to.equal(encoded[index]?.[0]);
          expect(Buffer.from(bytes.subarray(bytes.length - content.length))).to.deep.equal(Buffer.from(content));
          const { blockLength } = fromBER(bytes).result.valueBlock;
          expect(content.length).to.equal(blockLength);
        }
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  it('ends or throws on any bytes, and never leaves any out', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (any) => {
        const input = new Uint8Array(any);
        let found: Uint8Array[];
        try {
          found = [...derElements(input)].map((element) => element.bytes);
        } catch (error) {
          expect(error).to.have.property('message', 'The bytes are not DER.');
          return;
        }
        expect(Buffer.concat(found)).to.deep.equal(Buffer.from(input));
      }),
      { numRuns: 5000, seed: 1 },
    );
  });

  for (const [what, hexadecimal] of [
    ['a tag alone', '30'],
    ['a length that is too long', '300201'],
    ['a length without its octets', '3082'],
    ['a length of which octets are missing', '308201'],
    ['an endless length', '3080020101 0000'.replace(' ', '')],
    ['a length of five octets', `3085${'00'.repeat(4)}00`],
    ['bytes after an element', '02010130'],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(() => [...derElements(bytes(hexadecimal))]).to.throw('not DER');
    });
  }

  it('stops at more elements than wanted', () => {
    expect(fewDerElements(bytes('020101020102'), 2)).to.have.length(2);
    expect(() => fewDerElements(bytes('020101020102020103'), 2)).to.throw('more than 2');
  });
});
