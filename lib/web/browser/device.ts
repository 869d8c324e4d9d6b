/** What is known of the device. */

export const isHandheld = matchMedia('(pointer: coarse)').matches;
export const isPhone = isHandheld && Math.min(screen.width, screen.height) < 600;
