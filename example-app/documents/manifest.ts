/** The list of the files in a container with their types (ODF 1.2, part 3, section 4; ETSI EN 319 162-1, section A.7). */

import { DOMImplementation, XMLSerializer } from '@xmldom/xmldom';
import type { ContainerFile } from './container-files.js';

const namespace = 'urn:oasis:names:tc:opendocument:xmlns:manifest:1.0';

export function createManifest(containerType: string, files: readonly ContainerFile[]): string {
  const document = new DOMImplementation().createDocument(null, '');
  const element = (name: string, attributes: Record<string, string>) => {
    const created = document.createElementNS(namespace, name);
    for (const [key, value] of Object.entries(attributes)) created.setAttributeNS(namespace, key, value);
    return created;
  };
  const manifest = element('manifest:manifest', { 'manifest:version': '1.2' });
  document.appendChild(manifest);
  for (const { name, contentType } of [{ name: '/', contentType: containerType }, ...files]) {
    const attributes = { 'manifest:full-path': name, 'manifest:media-type': contentType };
    manifest.appendChild(element('manifest:file-entry', attributes));
  }
  return new XMLSerializer().serializeToString(document);
}
