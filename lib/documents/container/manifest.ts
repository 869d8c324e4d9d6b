/**
 * The list of the files in a container with their types (ODF 1.2, part 3, section 4; ETSI EN 319 162-1, section A.7).
 */

import { SmartIdInputError } from '../../shared/errors.js';
import { canonicalText, element } from './canonical-text.js';
import { quoted } from './names.js';
import { attributeOf, childrenOf, readXml, type XmlElement, XmlError } from './xml.js';

export const manifestFile = 'META-INF/manifest.xml';
export const containerType = 'application/vnd.etsi.asic-e+zip';

const namespace = 'urn:oasis:names:tc:opendocument:xmlns:manifest:1.0';

export function writeManifest(files: readonly { name: string; contentType: string }[]): string {
  const entries = [{ name: '/', contentType: containerType }, ...files].map(({ name, contentType }) =>
    element('manifest:file-entry', { 'manifest:full-path': name, 'manifest:media-type': contentType }),
  );
  const manifest = element('manifest:manifest', { 'manifest:version': '1.2' }, ...entries);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${canonicalText(manifest)}`;
}

/** Types by name. @throws SmartIdInputError naming `container` when it is no manifest, or lists a file twice. */
export async function readManifest(bytes: Uint8Array): Promise<ReadonlyMap<string, string>> {
  const types = new Map<string, string>();
  for (const entry of await entriesIn(bytes)) {
    const name = attributeOf(entry, 'full-path', namespace);
    const type = attributeOf(entry, 'media-type', namespace);
    if (name === undefined || type === undefined) throw malformed('it has an entry without a name or type');
    if (types.has(name)) throw malformed(`it lists ${quoted(name)} twice`);
    types.set(name, type);
  }
  return types;
}

async function entriesIn(bytes: Uint8Array): Promise<XmlElement[]> {
  try {
    const root = await readXml(bytes);
    if (root.namespace !== namespace || root.localName !== 'manifest') throw new XmlError('it is something else');
    return childrenOf(root, namespace, 'file-entry');
  } catch (error) {
    if (error instanceof XmlError) throw malformed(error.message);
    throw error;
  }
}

function malformed(problem: string): SmartIdInputError {
  return new SmartIdInputError('container', `has a malformed ${manifestFile}: ${problem}.`);
}
