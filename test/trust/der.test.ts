import { Integer, OctetString, Sequence } from 'asn1js';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  constructedTag,
  DerError,
  DerReader,
  elementsIn,
  onlyElement,
  primitiveTag,
  tags,
} from '../../lib/trust/der.js';
import { elementOf, hex, hexOf } from '../support/hex-der.js';

/** The elements that stand one after the other. */
function allElements(bytes: Uint8Array) {
  const reader = new DerReader(new Uint8Array(bytes));
  const elements = [];
  while (!reader.isAtEnd) elements.push(reader.nextOfAnyTag());
  return elements;
}

describe('DER reader: one element', () => {
  for (const [what, text, tag, content] of [
    ['no content', '3000', 0x30, ''],
    ['a content of one octet', '0201 05', 0x02, '05'],
    ['the longest length of one octet', `047f ${'aa'.repeat(127)}`, 0x04, 'aa'.repeat(127)],
    ['the shortest length of two octets', `048180 ${'aa'.repeat(128)}`, 0x04, 'aa'.repeat(128)],
    ['the longest length of two octets', `0481ff ${'aa'.repeat(255)}`, 0x04, 'aa'.repeat(255)],
    ['the shortest length of three octets', `04820100 ${'aa'.repeat(256)}`, 0x04, 'aa'.repeat(256)],
    ['the longest length of three octets', `0482ffff ${'aa'.repeat(65_535)}`, 0x04, 'aa'.repeat(65_535)],
    ['the shortest length of four octets', `0483010000 ${'aa'.repeat(65_536)}`, 0x04, 'aa'.repeat(65_536)],
    ['the highest tag number of one octet', '1e00', 0x1e, ''],
    ['a context tag', 'be00', 0xbe, ''],
  ] as const) {
    it(`with ${what} is read as it is`, () => {
      const element = elementOf(text);
      expect(element.tag).to.equal(tag);
      expect(hexOf(element.content)).to.equal(content);
      expect(hexOf(element.bytes)).to.equal(text.replaceAll(' ', ''));
    });
  }

  for (const [what, text, reason] of [
    ['no octet', '', 'an element is cut off'],
    ['a tag alone', '30', 'an element is cut off'],
    ['a content that is cut off by one octet', '0202 01', 'an element is cut off'],
    ['a content that is cut off, of a long length', `048180 ${'aa'.repeat(127)}`, 'an element is cut off'],
    ['a length of two octets that is cut off', '0481', 'an element is cut off'],
    ['a length of three octets that is cut off', '048201', 'an element is cut off'],
    ['a length of four octets that is cut off', '04830100', 'an element is cut off'],
    ['an indefinite length', '3080 0000', 'a length is indefinite'],
    ['a length of five octets', `0484 01000000 ${'00'.repeat(10)}`, 'an element is too long'],
    ['a length of five octets with leading zeros', '0484 00000001 00', 'an element is too long'],
    ['the reserved length 0xFF', `04ff ${'00'.repeat(130)}`, 'an element is too long'],
    ['a length in two octets where one would do', '048101 aa', 'a length is not minimal'],
    [
      'a length in two octets just below where they are needed',
      `04817f ${'aa'.repeat(127)}`,
      'a length is not minimal',
    ],
    ['a length in three octets where two would do', `048200ff ${'aa'.repeat(255)}`, 'a length is not minimal'],
    ['a length in four octets where three would do', `048300ffff ${'aa'.repeat(65_535)}`, 'a length is not minimal'],
    ['a length of zero in two octets', '048100', 'a length is not minimal'],
    ['a universal tag of more than one octet', '1f2000', 'a tag has more than one octet'],
    ['a constructed tag of more than one octet', '3f8100', 'a tag has more than one octet'],
    ['a context tag of more than one octet', 'bf2000', 'a tag has more than one octet'],
  ] as const) {
    it(`is refused for ${what}`, () => {
      expect(() => elementOf(text)).to.throw(DerError, `The bytes are not the DER expected here: ${reason}.`);
    });
  }

  it('of the longest length, 16 MB less an octet, can be read', () => {
    const bytes = new Uint8Array(5 + 0xffffff);
    bytes.set(hex('0483ffffff'));
    expect(new DerReader(bytes).nextOfAnyTag().content).to.have.length(0xffffff);
  });

  it('is a slice of the bytes that it was read from, of which nothing is copied', () => {
    const bytes = hex('0500 0402 aabb 0500');
    const reader = new DerReader(bytes);
    reader.nextOfAnyTag();
    const element = reader.nextOfAnyTag();
    expect(element).to.include({ start: 2, contentStart: 4, end: 6 });
    expect(element.content.buffer).to.equal(bytes.buffer);
    expect(element.bytes.buffer).to.equal(bytes.buffer);
  });

  it('ends at the end that its reader was given, and not at that of the bytes', () => {
    const bytes = hex('0201 05 0500');
    expect(() => new DerReader(bytes, 0, 2).nextOfAnyTag()).to.throw(DerError, 'cut off');
    expect(() => new DerReader(bytes, 0, 1).nextOfAnyTag()).to.throw(DerError, 'cut off');
    expect(() => new DerReader(hex('048180 05'), 0, 2).nextOfAnyTag()).to.throw(DerError, 'cut off');
    const reader = new DerReader(bytes, 0, 3);
    reader.nextOfAnyTag();
    expect(reader.isAtEnd).to.equal(true);
  });

  it('is an error of its own name where it is refused, which repeats nothing of the bytes', () => {
    expect(() => elementOf('30'))
      .to.throw(DerError)
      .with.property('name', 'DerError');
  });
});

describe('DER reader: elements one after the other', () => {
  it('are read in their order, and then it is at the end', () => {
    const reader = new DerReader(hex('0500 020105'));
    expect(reader.isAtEnd).to.equal(false);
    expect(reader.next(tags.null).tag).to.equal(tags.null);
    expect(reader.isAtEnd).to.equal(false);
    expect(() => reader.finish()).to.throw(DerError, 'there is more than there should be');
    expect(hexOf(reader.next(tags.integer).content)).to.equal('05');
    expect(reader.isAtEnd).to.equal(true);
    reader.finish();
    expect(() => reader.next(tags.integer)).to.throw(DerError, 'cut off');
  });

  it('of another tag than the one wanted are refused', () => {
    expect(() => new DerReader(hex('0500')).next(tags.integer)).to.throw(DerError, 'an element has another tag');
  });

  it('of another tag than one that may be there stay where they are', () => {
    const reader = new DerReader(hex('0500 020105'));
    expect(reader.nextIf(tags.integer)).to.equal(undefined);
    expect(reader.nextIf(tags.null)?.tag).to.equal(tags.null);
    expect(hexOf((reader.nextIf(tags.integer) as { content: Uint8Array }).content)).to.equal('05');
    expect(reader.nextIf(tags.integer)).to.equal(undefined);
  });

  it('are not those behind the element that is read, though they have the tag that may be there', () => {
    const reader = new DerReader(hex('3000 020105'));
    expect(reader.next(tags.sequence).reader.nextIf(tags.integer)).to.equal(undefined);
  });

  it('in an element are read from its content', () => {
    const { reader } = elementOf('3005 0500 020107 0500');
    expect(reader.next(tags.null).bytes).to.have.length(2);
    expect(hexOf(reader.next(tags.integer).bytes)).to.equal('020107');
    reader.finish();
  });
});

describe('DER reader: the only element', () => {
  it('is one of its tag and nothing before or behind it', () => {
    expect(hexOf(onlyElement(hex('020105'), tags.integer).content)).to.equal('05');
    expect(() => onlyElement(hex('020105'), tags.null)).to.throw(DerError, 'another tag');
    expect(() => onlyElement(hex('020105 00'), tags.integer)).to.throw(DerError, 'there is more than there should be');
    expect(() => onlyElement(hex(''), tags.integer)).to.throw(DerError, 'cut off');
  });
});

describe('DER reader: the elements in an element', () => {
  it('are as many as may be, and no more', () => {
    expect(elementsIn(elementOf('3000'), 0)).to.deep.equal([]);
    expect(elementsIn(elementOf('3004 0500 0500'), 2).map(({ start }) => start)).to.deep.equal([2, 4]);
    expect(() => elementsIn(elementOf('3004 0500 0500'), 1)).to.throw(DerError, 'there are more than 1 elements');
  });

  it('are not looked at beyond as many as may be', () => {
    expect(() => elementsIn(elementOf('3004 0500 ffff'), 1)).to.throw(DerError, 'there are more than 1 elements');
  });

  it('are all of the tag that is given, or of any where none is', () => {
    const mixed = elementOf('3005 0500 020105');
    expect(elementsIn(mixed, 5).map(({ tag }) => tag)).to.deep.equal([tags.null, tags.integer]);
    expect(() => elementsIn(mixed, 5, tags.null)).to.throw(DerError, 'another tag');
    expect(elementsIn(elementOf('3004 0500 0500'), 5, tags.null)).to.have.length(2);
  });
});

describe('DER reader: context tags', () => {
  it('have the class, whether they are constructed, and the number', () => {
    expect(primitiveTag(0)).to.equal(0x80);
    expect(primitiveTag(6)).to.equal(0x86);
    expect(constructedTag(0)).to.equal(0xa0);
    expect(constructedTag(3)).to.equal(0xa3);
  });
});

describe('DER reader: any bytes', () => {
  it('are elements of which none is left out, or an error', () => {
    // Small octets make more of what can be read.
    const octet = fc.oneof(fc.nat(5), fc.nat(255));
    fc.assert(
      fc.property(fc.array(octet, { maxLength: 40 }), (octets) => {
        let found: Uint8Array[];
        try {
          found = allElements(Uint8Array.from(octets)).map(({ bytes }) => bytes);
        } catch (error) {
          expect(error).to.be.instanceOf(DerError);
          return;
        }
        expect(hexOf(Buffer.concat(found))).to.equal(hexOf(Uint8Array.from(octets)));
      }),
      { numRuns: 1000, seed: 1 },
    );
  });

  it('that another library has written are read as it has written them', () => {
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
        const encoded = elements.map((one) => hexOf(new Uint8Array(one.toBER(false))));
        const found = allElements(hex(encoded.join('')));
        expect(found.map(({ bytes }) => hexOf(bytes))).to.deep.equal(encoded);
        for (const [index, { content }] of found.entries()) {
          expect(content.length).to.equal(elements[index]?.valueBlock.toBER(false).byteLength);
        }
      }),
      { numRuns: 30, seed: 1 },
    );
  });
});
