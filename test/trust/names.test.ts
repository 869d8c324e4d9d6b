import { expect } from 'chai';
import { DerError, tags } from '../../lib/trust/der.js';
import { attributesOf } from '../../lib/trust/names.js';
import { der, elementOf, hexOf } from '../support/hex-der.js';

const { sequence, set, utf8String, printableString } = tags;
const [country, surname] = ['0603550406', '0603550404'];
const text = (tag: number, value: string) => der(tag, hexOf(Buffer.from(value)));
const attribute = (type: string, value: string) => der(sequence, type, text(utf8String, value));

describe('Attributes of a name', () => {
  const read = (...sets: string[]) => attributesOf(elementOf(der(sequence, ...sets)));

  it('are read in their order, also where several are in one set', () => {
    expect(
      read(
        der(set, der(sequence, country, text(printableString, 'EE'))),
        der(set, attribute(surname, 'ŠĶĒRE'), attribute('06022a03', '')),
        der(set),
      ),
    ).to.deep.equal([
      { type: '2.5.4.6', value: 'EE' },
      { type: '2.5.4.4', value: 'ŠĶĒRE' },
      { type: '1.2.3', value: '' },
    ]);
    expect(read()).to.deep.equal([]);
  });

  for (const [what, sets] of [
    ['an attribute outside a set', [attribute(country, 'EE')]],
    ['an attribute that is no SEQUENCE', [der(set, der(set, country, text(utf8String, 'EE')))]],
    ['an attribute without a type', [der(set, der(sequence, text(utf8String, 'EE')))]],
    ['an attribute without a value', [der(set, der(sequence, country))]],
    ['an attribute that is no text', [der(set, der(sequence, country, '020105'))]],
    ['an attribute with two values', [der(set, der(sequence, country, text(utf8String, 'A'), text(utf8String, 'B')))]],
  ] as [string, string[]][]) {
    it(`are refused for ${what}`, () => {
      expect(() => read(...sets)).to.throw(DerError);
    });
  }

  it('are refused for a text that is no UTF-8', () => {
    expect(() => read(der(set, der(sequence, surname, der(utf8String, 'ff'))))).to.throw(TypeError);
  });

  it('may be in 20 sets and 20 in each, and no more', () => {
    const one = attribute(country, 'EE');
    expect(read(der(set, one).repeat(20))).to.have.length(20);
    expect(() => read(der(set, one).repeat(21))).to.throw(DerError, 'more than 20 elements');
    expect(read(der(set, one.repeat(20)))).to.have.length(20);
    expect(() => read(der(set, one.repeat(21)))).to.throw(DerError, 'more than 20 elements');
  });
});
