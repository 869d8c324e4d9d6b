import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { create } from '@cantoo/fontkit';
import { expect } from 'chai';
import { TrueTypeFont } from '../../../lib/documents/pdf/true-type.js';

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
});
