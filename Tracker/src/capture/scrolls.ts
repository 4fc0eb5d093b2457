import { guard } from '../guard';
import type { Core } from '../track';
import { every } from './every';

const SAMPLE_MS = 250;

/** Where the page was scrolled to: at most four samples a second, and always where it came to rest. */
export const watchScrolls = (core: Core): void => {
  let x = scrollX;
  let y = scrollY;
  const sample = every(SAMPLE_MS, guard(() => {
    if (scrollX !== x || scrollY !== y) core.point('scroll', (x = scrollX), (y = scrollY));
  }));
  core.on(document, 'scroll', sample);
};
