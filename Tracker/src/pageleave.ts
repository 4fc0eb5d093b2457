import { createDwell } from './dwell';
import { createScrollDepth } from './scroll';
import type { Core } from './track';

/** Less is a glance between two tabs; its time goes with the next `pageleave`. */
const WORTH_MS = 1_000;

/**
 * One `pageleave` when a page is left, with how far it was scrolled and how long it was seen. A hidden page may come
 * back: it then sends another, with the time since, if there is something new to say.
 */
export const watchPageLeave = (core: Core): void => {
  const dwell = createDwell();
  const scroll = createScrollDepth();
  let sent = -1;
  let untold = 0;

  core.onOpen(() => {
    dwell.restart();
    scroll.restart();
    sent = -1;
    untold = 0;
  });
  core.onLeave(() => {
    untold += dwell.take();
    const depth = core.depth?.() ?? scroll.percent(core.page);
    if (depth <= sent && untold < WORTH_MS) return;
    core.add('pageleave', { scroll: depth, dwell: untold }, true);
    sent = depth;
    untold = 0;
  });
};
