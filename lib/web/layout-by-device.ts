/**
 * What leads by the device (section "The page"): on a phone the link to the app, on a tablet and a computer the QR code.
 * The script goes by the same bounds (`browser/device.ts`): of the screen there, of the window here.
 */

export const layoutByDevice = `
/* A computer and a tablet lead with the QR code, a phone with the link. */
@media not all and (pointer: coarse), (min-width: 600px) and (min-height: 600px) {
  #smart-id #qr { border: 0; padding: 0; }
  #qr > summary { display: none !important; }
  #device-link > .button { order: 1; }
}
/* On a computer the app is most often not on this device. */
@media not all and (pointer: coarse) {
  #device-link > .button { color: var(--accent); background: transparent; border-color: transparent; text-decoration: underline; text-underline-offset: 0.2em; }
  #device-link > .button:hover { color: var(--accent-hover); background: var(--tint); border-color: transparent; }
}
/* A QR code takes a script. */
@media (scripting: none) {
  #smart-id #qr { display: none; }
  #device-link > .button { color: var(--on-accent); background: var(--accent); border-color: var(--accent); text-decoration: none; }
  #device-link > .button:hover { color: var(--on-accent); background: var(--accent-hover); border-color: var(--accent-hover); }
}
`;
