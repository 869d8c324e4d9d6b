/**
 * The parts of a TrueType font (ISO/IEC 14496-22) that a PDF has to embed for a text: the outlines that the text uses,
 * at the numbers that they have in the whole font.
 */

import { SmartIdInputError } from '../../shared/errors.js';

/** Tables of the embedded font, in their order; those that not every font has are left out then. */
const embeddedTables = ['cvt ', 'fpgm', 'glyf', 'head', 'hhea', 'hmtx', 'loca', 'maxp', 'prep'];
const requiredTables = ['cmap', 'glyf', 'head', 'hhea', 'hmtx', 'loca', 'maxp'];
/** `fsType` of a font that must not be embedded. */
const restrictedLicence = 2;
const unitsPerEm = { min: 16, max: 16_384 };
const checksumOfFonts = 0xb1b0afba;

export interface FontMetrics {
  /** In thousandths of the font's size. */
  boundingBox: readonly number[];
  ascent: number;
  descent: number;
}

export class TrueTypeFont {
  readonly metrics: FontMetrics;
  private readonly tables = new Map<string, Buffer>();
  private readonly unitsPerEm: number;
  private readonly glyphCount: number;
  private readonly widthCount: number;
  private readonly hasLongOffsets: boolean;
  private readonly glyphOf: (codePoint: number) => number;

  /** @throws SmartIdInputError naming `visible.font`. */
  constructor(bytes: Uint8Array) {
    try {
      const font = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (let index = 0; index < font.readUInt16BE(4); index++) {
        const at = 12 + 16 * index;
        const offset = font.readUInt32BE(at + 8);
        this.tables.set(
          font.toString('latin1', at, at + 4),
          font.subarray(offset, offset + font.readUInt32BE(at + 12)),
        );
      }
      for (const tag of requiredTables) this.table(tag);
      const [head, hhea] = [this.table('head'), this.table('hhea')];
      this.unitsPerEm = head.readUInt16BE(18);
      if (this.unitsPerEm < unitsPerEm.min || this.unitsPerEm > unitsPerEm.max) {
        throw new Error(`its unitsPerEm is not ${unitsPerEm.min} to ${unitsPerEm.max}`);
      }
      this.hasLongOffsets = head.readInt16BE(50) === 1;
      this.glyphCount = this.table('maxp').readUInt16BE(4);
      this.checkOutlines();
      this.widthCount = hhea.readUInt16BE(34);
      this.glyphOf = characterMap(this.table('cmap'));
      this.metrics = {
        boundingBox: [36, 38, 40, 42].map((at) => this.scaled(head.readInt16BE(at))),
        ascent: this.scaled(hhea.readInt16BE(4)),
        descent: this.scaled(hhea.readInt16BE(6)),
      };
      const embedding = this.tables.get('OS/2')?.readUInt16BE(8) ?? 0;
      if ((embedding & 0xf) === restrictedLicence) throw new Error('its licence does not allow embedding');
    } catch (cause) {
      throw unusable(cause);
    }
  }

  /** The number of the glyph of a character; undefined when it has none. */
  glyph(character: string): number | undefined {
    const glyph = guarded(() => this.glyphOf(character.codePointAt(0) ?? 0));
    return glyph > 0 && glyph < this.glyphCount ? glyph : undefined;
  }

  /** In thousandths of the font's size. */
  width(glyph: number): number {
    const index = Math.min(glyph, this.widthCount - 1);
    return guarded(() => this.scaled(this.table('hmtx').readUInt16BE(4 * index)));
  }

  /** A font with these glyphs alone. @throws SmartIdInputError naming `visible.font`. */
  subset(glyphs: Iterable<number>): Buffer {
    return guarded(() => this.subsetOf(new Set([0, ...glyphs])));
  }

  private subsetOf(kept: Set<number>): Buffer {
    // The set grows while it is gone through: a glyph may be put together from others.
    for (const glyph of kept) for (const part of componentsOf(this.outline(glyph))) kept.add(part);

    const outlines: Buffer[] = [];
    const offsets = Buffer.alloc(4 * (this.glyphCount + 1));
    let offset = 0;
    for (let glyph = 0; glyph < this.glyphCount; glyph++) {
      offsets.writeUInt32BE(offset, 4 * glyph);
      if (!kept.has(glyph)) continue;
      const outline = padded(this.outline(glyph));
      outlines.push(outline);
      offset += outline.length;
    }
    offsets.writeUInt32BE(offset, 4 * this.glyphCount);

    const head = Buffer.from(this.table('head'));
    head.writeUInt32BE(0, 8);
    head.writeInt16BE(1, 50);
    return assemble(new Map([...this.tables, ['glyf', Buffer.concat(outlines)], ['loca', offsets], ['head', head]]));
  }

  /** Outlines that overlap could be many times the size of the font together. */
  private checkOutlines(): void {
    let before = 0;
    for (let glyph = 0; glyph <= this.glyphCount; glyph++) {
      const offset = this.outlineOffset(glyph);
      if (offset < before) throw new Error('its outlines overlap');
      before = offset;
    }
    if (before > this.table('glyf').length) throw new Error('it has an outline beyond its end');
  }

  private outline(glyph: number): Buffer {
    if (glyph >= this.glyphCount) throw new Error('a glyph is missing');
    return this.table('glyf').subarray(this.outlineOffset(glyph), this.outlineOffset(glyph + 1));
  }

  /** Where the outline of a glyph begins, and that of the one before ends. */
  private outlineOffset(glyph: number): number {
    const loca = this.table('loca');
    return this.hasLongOffsets ? loca.readUInt32BE(4 * glyph) : 2 * loca.readUInt16BE(2 * glyph);
  }

  private scaled(units: number): number {
    return Math.round((units * 1000) / this.unitsPerEm);
  }

  private table(tag: string): Buffer {
    const table = this.tables.get(tag);
    if (!table) throw new Error(`it has no table "${tag.trim()}"`);
    return table;
  }
}

function unusable(cause: unknown): SmartIdInputError {
  // What Node says when it reads beyond the end helps nobody.
  const reason = cause instanceof Error && !('code' in cause) ? cause.message : 'it is damaged';
  return new SmartIdInputError('visible.font', `must be a TrueType font that can be embedded: ${reason}.`, { cause });
}

function guarded<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw unusable(cause);
  }
}

/** Which glyph a code point has, by the table of the whole of Unicode, or else that of its first plane. */
function characterMap(cmap: Buffer): (codePoint: number) => number {
  let firstPlane: Buffer | undefined;
  for (let index = 0; index < cmap.readUInt16BE(2); index++) {
    const table = cmap.subarray(cmap.readUInt32BE(8 + 8 * index));
    const format = table.readUInt16BE(0);
    if (format === 12) return (codePoint) => glyphByGroups(table, codePoint);
    if (format === 4) firstPlane ??= table;
  }
  if (!firstPlane) throw new Error('it has no table of Unicode characters');
  const table = firstPlane;
  return (codePoint) => glyphBySegments(table, codePoint);
}

/** Format 12. */
function glyphByGroups(table: Buffer, codePoint: number): number {
  for (let index = 0, at = 16; index < table.readUInt32BE(12); index++, at += 12) {
    const start = table.readUInt32BE(at);
    if (codePoint >= start && codePoint <= table.readUInt32BE(at + 4))
      return table.readUInt32BE(at + 8) + codePoint - start;
  }
  return 0;
}

/** Format 4. */
function glyphBySegments(table: Buffer, codePoint: number): number {
  const length = table.readUInt16BE(6);
  for (let at = 0; at < length; at += 2) {
    if (codePoint > table.readUInt16BE(14 + at)) continue;
    const start = table.readUInt16BE(16 + length + at);
    if (codePoint < start) return 0;
    const delta = table.readInt16BE(16 + 2 * length + at);
    const rangeAt = 16 + 3 * length + at;
    const range = table.readUInt16BE(rangeAt);
    if (range === 0) return (codePoint + delta) & 0xffff;
    const glyph = table.readUInt16BE(rangeAt + range + 2 * (codePoint - start));
    return glyph === 0 ? 0 : (glyph + delta) & 0xffff;
  }
  return 0;
}

const composite = { wordArguments: 0x1, scale: 0x8, more: 0x20, scales: 0x40, matrix: 0x80 };

/** The glyphs that this one is put together from. */
function componentsOf(outline: Buffer): number[] {
  if (outline.length === 0 || outline.readInt16BE(0) >= 0) return [];
  const components: number[] = [];
  let flags = composite.more;
  for (let at = 10; flags & composite.more; ) {
    flags = outline.readUInt16BE(at);
    components.push(outline.readUInt16BE(at + 2));
    at += flags & composite.wordArguments ? 8 : 6;
    if (flags & composite.scale) at += 2;
    else if (flags & composite.scales) at += 4;
    else if (flags & composite.matrix) at += 8;
  }
  return components;
}

/** The file of a font that has these of its tables which are embedded. */
function assemble(tables: ReadonlyMap<string, Buffer>): Buffer {
  const embedded = embeddedTables.flatMap((tag): [string, Buffer][] => {
    const table = tables.get(tag);
    return table ? [[tag, table]] : [];
  });
  const directory = Buffer.alloc(12 + 16 * embedded.length);
  const log = Math.floor(Math.log2(embedded.length));
  directory.writeUInt32BE(0x10000, 0);
  directory.writeUInt16BE(embedded.length, 4);
  directory.writeUInt16BE(16 << log, 6);
  directory.writeUInt16BE(log, 8);
  directory.writeUInt16BE(16 * embedded.length - (16 << log), 10);
  let offset = directory.length;
  let headOffset = 0;
  const contents: Buffer[] = [];
  for (const [index, [tag, table]] of embedded.entries()) {
    const content = padded(table);
    const at = 12 + 16 * index;
    directory.write(tag, at, 'latin1');
    directory.writeUInt32BE(checksum(content), at + 4);
    directory.writeUInt32BE(offset, at + 8);
    directory.writeUInt32BE(table.length, at + 12);
    if (tag === 'head') headOffset = offset;
    contents.push(content);
    offset += content.length;
  }
  const font = Buffer.concat([directory, ...contents]);
  font.writeUInt32BE((checksumOfFonts - checksum(font)) >>> 0, headOffset + 8);
  return font;
}

function padded(table: Buffer): Buffer {
  return Buffer.concat([table, Buffer.alloc((4 - (table.length % 4)) % 4)]);
}

function checksum(content: Buffer): number {
  let sum = 0;
  for (let at = 0; at < content.length; at += 4) sum = (sum + content.readUInt32BE(at)) >>> 0;
  return sum;
}
