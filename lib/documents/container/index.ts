/** Containers of signed files: ASiC-E with XAdES signatures, as .asice and .sce files are. */

export type { ContainerDraft } from './draft.js';
export { type ContainerFile, maxContainerBytes, maxFiles } from './files.js';
export { containerFormat } from './format.js';
export type { ContainerOptions } from './options.js';
export { type ContainerInput, type PreparedContainer, prepareContainer } from './prepare.js';
