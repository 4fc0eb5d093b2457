import { guard } from '../guard';
import type { Core } from '../track';

const REST_MS = 500;
/** Less in height alone is a phone's address bar that comes or goes. */
const BAR_PX = 150;

/** The window's new size, once it rests. */
export const watchResize = (core: Core): void => {
  let width = innerWidth;
  let height = innerHeight;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const rested = guard(() => {
    if (innerWidth === width && Math.abs(innerHeight - height) < BAR_PX) return;
    core.add('resize', { props: { width: (width = innerWidth), height: (height = innerHeight) } }, true);
  });
  core.on(window, 'resize', () => {
    clearTimeout(timer);
    timer = setTimeout(rested, REST_MS);
  });
};
