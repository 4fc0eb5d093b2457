import type { Core } from '../track';

const SAMPLE_MS = 250;

/** Where a finger is: each time it is put down, and at most four times a second while it moves. */
export const watchTouches = (core: Core): void => {
  let at = 0;
  const touched = (event: TouchEvent) => {
    const finger = event.changedTouches[0];
    const now = Date.now();
    if (!finger || (event.type === 'touchmove' && now - at < SAMPLE_MS)) return;
    at = now;
    core.point('touch', finger.pageX, finger.pageY);
  };
  core.on(document, 'touchstart', touched);
  core.on(document, 'touchmove', touched);
};
