/** The QR code, drawn anew each second. */

import { isHandheld } from './device.js';
import { element, root } from './page.js';
import { encodeQR } from './qr-encoder.js';

/** Milliseconds after which a QR code is hidden: it must not be older than three seconds when it is scanned. */
const maxQrAgeMs = 2500;
/**
 * Of the screen, in a module of the QR code: at most 10 in CSS pixels, which a phone has no room for, and on a computer
 * at least 6.
 */
const maxPixels = () => (isHandheld ? Math.floor(10 * devicePixelRatio) : Math.ceil(6 * devicePixelRatio));
const quietZone = 4;
let qrTimer: ReturnType<typeof setTimeout> | undefined;

/** One path of unit squares: the link is never put into the page as markup. */
export function drawQr(link: string): void {
  const modules = encodeQR(link, 'raw', { ecc: 'low', border: quietZone });
  const squares = modules.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : '')));
  const svg = element<SVGSVGElement>('qr-code');
  const size = modules.length;
  // Whole pixels of the screen, so that all modules are of one size.
  const pixels = Math.min(Math.floor((roomFor(svg) / size) * devicePixelRatio), maxPixels());
  const side = `${(size * Math.max(pixels, 1)) / devicePixelRatio}px`;
  svg.setAttribute('viewBox', `0 0 ${size} ${size}`);
  svg.setAttribute('shape-rendering', 'crispEdges');
  svg.style.width = side;
  svg.style.height = side;
  svg.querySelector('path')?.setAttribute('d', squares.join(''));
  setQrHidden(false);
  clearTimeout(qrTimer);
  qrTimer = setTimeout(() => setQrHidden(true), maxQrAgeMs);
}

/** Keeps the place of the QR code, so that nothing on the page moves. */
export function setQrHidden(isHidden: boolean): void {
  if (isHidden) element('qr-code').querySelector('path')?.removeAttribute('d');
  element('qr-code').classList.toggle('old', isHidden);
  element('qr-wait').hidden = !isHidden;
}

/** The width that the QR code may have; also while it is not seen, and has none itself. */
function roomFor({ parentElement: frame }: Element): number {
  const { paddingLeft, paddingRight } = getComputedStyle(root);
  const { marginLeft, marginRight } = getComputedStyle(frame as Element);
  const taken = [paddingLeft, paddingRight, marginLeft, marginRight].map(Number.parseFloat);
  return taken.reduce((room, pixels) => room - pixels, root.clientWidth);
}
