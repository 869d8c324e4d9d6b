import { BitString, Boolean as DerBoolean, GeneralizedTime, Integer, ObjectIdentifier, UTCTime } from 'asn1js';
import { expect } from 'chai';
import fc from 'fast-check';
import { DerError, tags } from '../../lib/trust/der.js';
import {
  booleanIn,
  integerIn,
  namedBitsIn,
  objectIdentifierIn,
  octetsOfBitString,
  textIn,
  timeIn,
} from '../../lib/trust/der-values.js';
import { der, elementOf, hex, hexOf } from '../support/hex-der.js';

/** As another library writes it. */
const written = (value: { toBER(sizeOnly: boolean): ArrayBuffer }) =>
  elementOf(hexOf(new Uint8Array(value.toBER(false))));
const options = { numRuns: 200, seed: 1 };

/** As many are remembered as are read here, so that others are forgotten. */
function forgetIdentifiers(): void {
  for (let arc = 0; arc < 500; arc++) {
    const octets = Uint8Array.of(0x06, 0x03, 0x2a, 0x81 + Math.floor(arc / 128), arc % 128);
    expect(objectIdentifierIn(elementOf(hexOf(octets)))).to.equal(`1.2.${128 + arc}`);
  }
}

describe('DER OBJECT IDENTIFIER', () => {
  for (const [text, identifier] of [
    ['060100', '0.0'],
    ['060127', '0.39'],
    ['060128', '1.0'],
    ['06014f', '1.39'],
    ['060150', '2.0'],
    ['06017f', '2.47'],
    ['06028100', '2.48'],
    ['06028837', '2.999'],
    ['0603550403', '2.5.4.3'],
    ['0603298100', '1.1.128'],
    ['060329837f', '1.1.511'],
    ['06062a864886f70d', '1.2.840.113549'],
  ] as const) {
    it(`is ${identifier} for ${text}, whether it is remembered or not`, () => {
      forgetIdentifiers();
      expect(objectIdentifierIn(elementOf(text))).to.equal(identifier);
      expect(objectIdentifierIn(elementOf(text))).to.equal(identifier);
    });
  }

  for (const [what, text, reason] of [
    ['no octet', '0600', 'an object identifier is cut off'],
    ['a first subidentifier that does not end', '060181', 'an object identifier is cut off'],
    ['a last subidentifier that does not end', '06025581', 'an object identifier is cut off'],
    ['a first subidentifier with leading zeros', '06028055', 'an object identifier is not minimal'],
    ['a subidentifier with leading zeros', '0603558004', 'an object identifier is not minimal'],
    ['another tag', '0503550403', 'an element has another tag'],
  ] as const) {
    it(`is refused for ${what}, and another time too`, () => {
      for (const _ of [1, 2]) expect(() => objectIdentifierIn(elementOf(text))).to.throw(DerError, reason);
    });
  }

  it('may have zeros within a subidentifier', () => {
    expect(objectIdentifierIn(elementOf('06042a818000'))).to.equal('1.2.16384');
  });

  it('may have 40 octets and no more', () => {
    expect(objectIdentifierIn(elementOf(der(0x06, '2a', '01'.repeat(39))))).to.equal(`1.2${'.1'.repeat(39)}`);
    expect(() => objectIdentifierIn(elementOf(der(0x06, '2a', '01'.repeat(40))))).to.throw(
      DerError,
      'an object identifier is too long',
    );
  });

  it('may have a subidentifier of any size within its octets', () => {
    const octets = `${'ff'.repeat(38)}7f`;
    expect(objectIdentifierIn(elementOf(der(0x06, '2a', octets)))).to.equal(`1.2.${2n ** 273n - 1n}`);
  });

  it('is read as another library has written it', () => {
    const arc = fc.nat({ max: 2 ** 31 - 1 });
    const identifier = fc.oneof(
      fc.tuple(fc.constantFrom(0, 1), fc.nat(39), arc, arc),
      fc.tuple(fc.constant(2), fc.nat(1000), arc, arc),
    );
    forgetIdentifiers();
    fc.assert(
      fc.property(identifier, (arcs) => {
        const value = arcs.join('.');
        expect(objectIdentifierIn(written(new ObjectIdentifier({ value })))).to.equal(value);
      }),
      options,
    );
  });
});

describe('DER INTEGER', () => {
  for (const text of ['00', '01', '7f', '80', 'ff', '0080', '00ff', 'ff00', 'ff7f', '0100', 'fe80']) {
    it(`has the octets ${text}`, () => {
      expect(hexOf(integerIn(elementOf(der(0x02, text))))).to.equal(text);
    });
  }

  for (const [what, text, reason] of [
    ['no octet', '0200', 'an integer is empty'],
    ['a leading zero that says nothing', '02020000', 'an integer is not minimal'],
    ['a leading zero before a positive number', '0202007f', 'an integer is not minimal'],
    ['a leading 0xFF before a negative number', '0202ff80', 'an integer is not minimal'],
    ['a leading 0xFF before -1', '0202ffff', 'an integer is not minimal'],
    ['another tag', '0a0101', 'an element has another tag'],
  ] as const) {
    it(`is refused for ${what}`, () => {
      expect(() => integerIn(elementOf(text))).to.throw(DerError, reason);
    });
  }

  it('may have 21 octets, as a serial number of 20 with its sign, and no more', () => {
    expect(integerIn(elementOf(der(0x02, '00', 'ff'.repeat(20))))).to.have.length(21);
    expect(() => integerIn(elementOf(der(0x02, '00', 'ff'.repeat(21))))).to.throw(DerError, 'an integer is too long');
  });

  it('is read as another library has written it', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 150n), max: 2n ** 150n }), (value) => {
        const octets = hexOf(integerIn(written(Integer.fromBigInt(value))));
        expect(BigInt.asIntN(octets.length * 4, BigInt(`0x${octets}`))).to.equal(value);
      }),
      options,
    );
  });
});

describe('DER BOOLEAN', () => {
  it('is true for 0xFF and false for 0x00, as another library writes them', () => {
    expect(booleanIn(elementOf('0101ff'))).to.equal(true);
    expect(booleanIn(elementOf('010100'))).to.equal(false);
    for (const value of [true, false]) expect(booleanIn(written(new DerBoolean({ value })))).to.equal(value);
  });

  for (const [what, text, reason] of [
    ['another true of BER', '010101', 'a boolean is neither true nor false'],
    ['no octet', '0100', 'a boolean is neither true nor false'],
    ['two octets of which the first is true', '0102ff00', 'a boolean is neither true nor false'],
    ['two octets of which the first is false', '01020000', 'a boolean is neither true nor false'],
    ['another tag', '0201ff', 'an element has another tag'],
  ] as const) {
    it(`is refused for ${what}`, () => {
      expect(() => booleanIn(elementOf(text))).to.throw(DerError, reason);
    });
  }
});

describe('DER BIT STRING of octets', () => {
  it('has the octets behind the number of unused bits, which is zero', () => {
    expect(hexOf(octetsOfBitString(elementOf('030300aabb')))).to.equal('aabb');
    expect(hexOf(octetsOfBitString(elementOf('030100')))).to.equal('');
    const valueHex = hex('0102ff');
    expect(hexOf(octetsOfBitString(written(new BitString({ valueHex }))))).to.equal('0102ff');
  });

  for (const [what, text, reason] of [
    ['unused bits', '030201fe', 'a bit string does not end with an octet'],
    ['no number of unused bits', '0300', 'a bit string does not end with an octet'],
    ['another tag', '040200aa', 'an element has another tag'],
  ] as const) {
    it(`is refused for ${what}`, () => {
      expect(() => octetsOfBitString(elementOf(text))).to.throw(DerError, reason);
    });
  }
});

describe('DER BIT STRING of named bits', () => {
  for (const [text, bits] of [
    ['030100', 0],
    ['03020780', 0x8000],
    ['030206c0', 0xc000],
    ['030205a0', 0xa000],
    ['03020106', 0x0600],
    ['03020001', 0x0100],
    ['030200ff', 0xff00],
    ['0303070080', 0x0080],
    ['0303000001', 0x0001],
    ['030300ffff', 0xffff],
  ] as const) {
    it(`are 0x${bits.toString(16).padStart(4, '0')} for ${text}, bit 0 highest`, () => {
      expect(namedBitsIn(elementOf(text))).to.equal(bits);
    });
  }

  for (const [what, text, reason] of [
    ['no number of unused bits', '0300', 'named bits are malformed'],
    ['unused bits of no octet', '030101', 'named bits are malformed'],
    ['a last bit in use that is a zero', '03020680', 'named bits are malformed'],
    ['no bit that is a one', '03020000', 'named bits are malformed'],
    ['no bit that is a one, of seven unused', '03020700', 'named bits are malformed'],
    ['a last octet that says nothing', '0303008000', 'named bits are malformed'],
    ['unused bits that are not zero', '03020781', 'named bits are malformed'],
    ['eight unused bits', '03020880', 'named bits are malformed'],
    ['eight unused bits behind others', '0303080080', 'named bits are malformed'],
    ['32 unused bits', '03022001', 'named bits are malformed'],
    ['three octets', '030400000001', 'named bits are malformed'],
    ['another tag', '04020780', 'an element has another tag'],
  ] as const) {
    it(`are refused for ${what}`, () => {
      expect(() => namedBitsIn(elementOf(text))).to.throw(DerError, reason);
    });
  }

  it('are read as another library has written them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 0xffff }), (bits) => {
        const octets = Buffer.alloc(2);
        octets.writeUInt16BE(bits);
        const valueHex = new Uint8Array(bits & 0xff ? octets : octets.subarray(0, 1));
        const unusedBits = Math.log2((valueHex.at(-1) as number) & -(valueHex.at(-1) as number));
        expect(namedBitsIn(written(new BitString({ valueHex, unusedBits })))).to.equal(bits);
      }),
      options,
    );
  });
});

const time = (tag: number, text: string) => elementOf(der(tag, hexOf(Buffer.from(text, 'latin1'))));
const { utcTime, generalizedTime } = tags;

describe('DER time', () => {
  for (const [tag, text, expected] of [
    [utcTime, '240229123456Z', '2024-02-29T12:34:56Z'],
    [utcTime, '000101000000Z', '2000-01-01T00:00:00Z'],
    [utcTime, '491231235959Z', '2049-12-31T23:59:59Z'],
    [utcTime, '500101000000Z', '1950-01-01T00:00:00Z'],
    [utcTime, '991231235959Z', '1999-12-31T23:59:59Z'],
    [generalizedTime, '20500101000000Z', '2050-01-01T00:00:00Z'],
    [generalizedTime, '19000228010203Z', '1900-02-28T01:02:03Z'],
    [generalizedTime, '99991231235959Z', '9999-12-31T23:59:59Z'],
    [generalizedTime, '01000101000000Z', '0100-01-01T00:00:00Z'],
  ] as const) {
    it(`${text} is ${expected}`, () => {
      expect(timeIn(time(tag, text))).to.equal(Date.parse(expected));
    });
  }

  for (const [what, tag, text] of [
    ['a year before the hundredth', generalizedTime, '00990101000000Z'],
    ['a day that no month has', utcTime, '240132000000Z'],
    ['the 30th of February', utcTime, '240230000000Z'],
    ['the 29th of February of another year', utcTime, '230229000000Z'],
    ['the 29th of February 1900', generalizedTime, '19000229000000Z'],
    ['a day of zero', utcTime, '240100000000Z'],
    ['a month of zero', utcTime, '240001000000Z'],
    ['a 13th month', utcTime, '241301000000Z'],
    ['hour 24', utcTime, '240101240000Z'],
    ['minute 60', utcTime, '240101006000Z'],
    ['a leap second', utcTime, '161231235960Z'],
    ['no seconds', utcTime, '2401010000Z'],
    ['fractions of a second', generalizedTime, '20240101000000.5Z'],
    ['another time zone', utcTime, '240101000000+0000'],
    ['no time zone', utcTime, '240101000000'],
    ['a small z', utcTime, '240101000000z'],
    ['something before it', utcTime, ' 240101000000Z'],
    ['something behind it', utcTime, '240101000000Z '],
    ['a line behind it', utcTime, '240101000000Z\n'],
    ['something before the longer form', generalizedTime, '120240101000000Z'],
    ['something behind the longer form', generalizedTime, '20240101000000Z1'],
    ['four digits of the year in UTCTime', utcTime, '20240101000000Z'],
    ['two digits of the year in GeneralizedTime', generalizedTime, '240101000000Z'],
    ['a sign in place of a digit', utcTime, '24-101000000Z'],
    ['nothing in it', utcTime, ''],
    ['another tag', tags.utf8String, '240101000000Z'],
  ] as const) {
    it(`is refused for ${what}`, () => {
      expect(() => timeIn(time(tag, text))).to.throw(DerError, 'a time is malformed');
    });
  }

  it('is read as another library has written it', () => {
    const moment = (min: string, max: string) =>
      fc
        .integer({ min: Date.parse(min) / 1000, max: Date.parse(max) / 1000 })
        .map((seconds) => new Date(seconds * 1000));
    fc.assert(
      fc.property(moment('1950-01-01', '2049-12-31'), moment('1000-01-01', '9999-12-31'), (utc, general) => {
        expect(timeIn(written(new UTCTime({ valueDate: utc })))).to.equal(utc.getTime());
        expect(timeIn(written(new GeneralizedTime({ valueDate: general })))).to.equal(general.getTime());
      }),
      options,
    );
  });
});

describe('DER string', () => {
  const { utf8String, numericString, printableString, teletexString, ia5String, bmpString } = tags;
  for (const [what, tag, octets, text] of [
    ['UTF8String', utf8String, 'c5a0e2809941', 'Š’A'],
    ['UTF8String with a sign beyond 16 bits', utf8String, 'f09f9880', '😀'],
    ['UTF8String that begins with a byte order mark', utf8String, 'efbbbf41', '\ufeffA'],
    ['NumericString', numericString, '303139', '019'],
    ['PrintableString', printableString, '504e4f', 'PNO'],
    ['IA5String up to its last character', ia5String, '007f', '\0\x7f'],
    ['TeletexString, which is read as Latin-1', teletexString, '41d5ff', 'AÕÿ'],
    ['BMPString', bmpString, '01600041', 'ŠA'],
    ['empty UTF8String', utf8String, '', ''],
    ['empty BMPString', bmpString, '', ''],
  ] as const) {
    it(`is read from a ${what}`, () => {
      expect(textIn(elementOf(der(tag, octets)))).to.equal(text);
    });
  }

  for (const [what, tag, octets, reason] of [
    ['NumericString with an octet beyond ASCII', numericString, '3080', 'another alphabet'],
    ['PrintableString with an octet beyond ASCII', printableString, '80', 'another alphabet'],
    ['IA5String with an octet beyond ASCII', ia5String, '41ff41', 'another alphabet'],
    ['BMPString with half a character', bmpString, '016000', 'an element is not a text'],
    ['OCTET STRING', tags.octetString, '4141', 'an element is not a text'],
    ['UniversalString', 0x1c, '00000041', 'an element is not a text'],
  ] as const) {
    it(`is refused for a ${what}`, () => {
      expect(() => textIn(elementOf(der(tag, octets)))).to.throw(DerError, reason);
    });
  }

  it('is refused for a UTF8String that is no UTF-8', () => {
    for (const octets of ['ff', 'c0af', 'eda080', 'c5']) {
      expect(() => textIn(elementOf(der(utf8String, octets))), octets).to.throw(TypeError);
    }
  });

  it('is of the kind that is given where the element has a tag of its own', () => {
    expect(textIn(elementOf(der(0x86, '4142')), ia5String)).to.equal('AB');
    expect(() => textIn(elementOf(der(0x86, '4142')))).to.throw(DerError, 'an element is not a text');
  });

  it('leaves the bytes that it is read from as they are', () => {
    const element = elementOf(der(bmpString, '0041'));
    textIn(element);
    expect(hexOf(element.bytes)).to.equal(der(bmpString, '0041'));
  });
});
