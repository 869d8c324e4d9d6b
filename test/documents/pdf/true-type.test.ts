import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { create } from '@cantoo/fontkit';
import { expect } from 'chai';
import { TrueTypeFont } from '../../../lib/documents/pdf/true-type.js';
import { SmartIdInputError } from '../../../lib/shared/errors.js';

describe('A part of a TrueType font', () => {
  const bytes = readFileSync(fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf')));
  const font = new TrueTypeFont(bytes);
  const whole = create(bytes) as any;
  const characters = [...'Aõūģ€Ё⅓'];

  it('has the glyphs and widths that another reader finds in the whole', () => {
    for (const character of characters) {
      const glyph = whole.glyphForCodePoint(character.codePointAt(0));
      expect(font.glyph(character)).to.equal(glyph.id);
      expect(font.width(glyph.id)).to.equal(Math.round((glyph.advanceWidth * 1000) / whole.unitsPerEm));
    }
    expect(font.glyph('漢')).to.equal(undefined);
  });

  it('has the same outlines for another reader, those of letters with marks too, and no others', () => {
    const glyphs = characters.map((character) => font.glyph(character) ?? 0);
    const subset = font.subset(glyphs);
    expect(subset.length).to.be.below(bytes.length / 4);
    const part = create(subset) as any;
    for (const glyph of glyphs) {
      const path = whole.getGlyph(glyph).path.toSVG();
      expect(path).not.to.equal('');
      expect(part.getGlyph(glyph).path.toSVG()).to.equal(path);
    }
    expect(part.getGlyph(font.glyph('Z') ?? 0).path.toSVG()).to.equal('');
  });

  describe('is not made of a font', () => {
    /** The same font after a change at the places of its tables. */
    function changed(
      change: (font: Buffer, at: (tag: string) => number, directoryAt: (tag: string) => number) => void,
    ) {
      const copy = Buffer.from(bytes);
      const directoryAt = (tag: string) => copy.indexOf(tag, 12, 'latin1');
      change(copy, (tag) => copy.readUInt32BE(directoryAt(tag) + 8), directoryAt);
      return copy;
    }
    const setUnits = (units: number) => changed((copy, at) => copy.writeUInt16BE(units, at('head') + 18));
    const outlines = 4 * 100;

    for (const [what, damaged, reason] of [
      ['of no units', setUnits(0), /its unitsPerEm is not 16 to 16384/],
      ['of 15 units', setUnits(15), /its unitsPerEm is not 16 to 16384/],
      ['of 16385 units', setUnits(16_385), /its unitsPerEm is not 16 to 16384/],
      ['whose outlines overlap', changed((copy, at) => copy.writeUInt32BE(0, at('loca') + outlines)), /overlap/],
      [
        'with an outline beyond its end',
        changed((copy, at, directoryAt) => {
          const last = at('loca') + 4 * copy.readUInt16BE(at('maxp') + 4);
          copy.writeUInt32BE(copy.readUInt32BE(directoryAt('glyf') + 12) + 1, last);
        }),
        /an outline beyond its end/,
      ],
      [
        'that has not the place of every outline',
        changed((copy, _, directoryAt) => copy.writeUInt32BE(outlines, directoryAt('loca') + 12)),
        /damaged/,
      ],
    ] as const) {
      it(what, () => {
        expect(() => new TrueTypeFont(damaged))
          .to.throw(SmartIdInputError, reason)
          .with.property('field', 'visible.font');
      });
    }

    it('but of one of 16 units, or 16384', () => {
      for (const units of [16, 16_384]) expect(new TrueTypeFont(setUnits(units)).width(0)).to.be.above(0);
    });
  });
});
