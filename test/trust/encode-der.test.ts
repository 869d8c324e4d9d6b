import { ObjectIdentifier, OctetString } from 'asn1js';
import { expect } from 'chai';
import { objectIdentifierIn } from '../../lib/trust/der-values.js';
import { encodeDer, encodeObjectIdentifier } from '../../lib/trust/encode-der.js';
import { elementOf, hex, hexOf } from '../support/hex-der.js';

describe('DER that is written', () => {
  it('has its tag, its length and its contents one after the other', () => {
    expect(hexOf(encodeDer(0x30))).to.equal('3000');
    expect(hexOf(encodeDer(0xa2, hex('0500')))).to.equal('a2020500');
    expect(hexOf(encodeDer(0x30, hex('020105'), hex(''), hex('0500')))).to.equal('30050201050500');
  });

  for (const [length, head] of [
    [127, '047f'],
    [128, '048180'],
    [255, '0481ff'],
    [256, '04820100'],
    [65_535, '0482ffff'],
    [65_536, '0483010000'],
    [0x12_34_56, '0483123456'],
  ] as const) {
    it(`has the shortest length that says ${length}, as another library writes it`, () => {
      const content = new Uint8Array(length).fill(7);
      const written = hexOf(encodeDer(0x04, content));
      expect(written).to.equal(head + hexOf(content));
      expect(written).to.equal(hexOf(new Uint8Array(new OctetString({ valueHex: content }).toBER(false))));
    });
  }

  for (const [identifier, written] of [
    ['2.5.4.3', '0603550403'],
    ['0.4.0.2023.1.1', '060604008f670101'],
    ['1.2.840.113549.1.1.11', '06092a864886f70d01010b'],
    ['1.3.127.128.16383.16384', '06092b7f8100ff7f818000'],
    ['2.999.1', '0603883701'],
  ] as const) {
    it(`is that of the object identifier ${identifier}, as another library writes it`, () => {
      const bytes = encodeObjectIdentifier(identifier);
      expect(hexOf(bytes)).to.equal(written);
      expect(hexOf(new Uint8Array(new ObjectIdentifier({ value: identifier }).toBER(false)))).to.equal(written);
      expect(objectIdentifierIn(elementOf(written))).to.equal(identifier);
    });
  }
});
