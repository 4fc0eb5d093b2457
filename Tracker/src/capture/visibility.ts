import type { Core } from '../track';

/** A page that goes out of sight and comes back, with how long it was the other way. One that is over is left, which `pageleave` says. */
export const watchVisibility = (core: Core): void => {
  let since = Date.now();
  let hidden = false;
  const turn = (now: boolean) => {
    if (now === hidden) return;
    hidden = now;
    const ms = Date.now() - since;
    since = Date.now();
    core.add('visibility', { props: { state: now ? 'hidden' : 'visible', ms } }, now);
  };
  core.onLeave(over => {
    // Of a page that goes for good the browser says afterwards that it is hidden.
    if (over) hidden = true;
    else if (document.visibilityState === 'hidden') turn(true);
  });
  core.onOpen(() => {
    since = Date.now();
    hidden = false;
  });
  core.on(document, 'visibilitychange', () => document.visibilityState !== 'hidden' && turn(false));
};
