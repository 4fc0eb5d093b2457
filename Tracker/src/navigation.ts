import { guard, on } from './guard';
import { addressOf } from './page';
import type { Core } from './track';

/** Runs at once, or when a page that the browser renders ahead is really shown. */
export const whenShown = (run: () => void): void => {
  if ((document as Document & { prerendering?: boolean }).prerendering) on(document, 'prerenderingchange', run);
  else run();
};

/** Tells when the address of the document has changed. `gone`: the document may already be the new page's. */
export const watchAddress = (moved: (gone: boolean) => void): void => {
  // `navigation.navigate()` is neither of those below. It tells before a traversal's popstate does, with the old document still there.
  on((window as { navigation?: EventTarget }).navigation ?? window, 'currententrychange', () => moved(false));
  // Applications change the address first and their document after: the old page can still be measured here.
  for (const name of ['pushState', 'replaceState'] as const) {
    const original = history[name];
    history[name] = function (this: History, ...args: Parameters<History['pushState']>) {
      original.apply(this, args);
      guard(moved)(false);
    };
  }
  // Assigning `location.hash` is no popstate everywhere.
  for (const name of ['popstate', 'hashchange']) on(window, name, () => moved(true));
};

/** Opens a page in the tracker for each one that the visitor sees, and leaves it when it goes out of sight. */
export const watchNavigation = (core: Core): void => {
  const address = () => addressOf(location.href, core.config.hash);
  let current = address();

  watchAddress(gone => {
    const from = current;
    current = address();
    if (current !== from) core.open(current, from, gone);
  });

  // Back from the back/forward cache: the same document, seen anew.
  on<PageTransitionEvent>(window, 'pageshow', event => {
    if (event.persisted) core.open(current, document.referrer, true);
  });

  // Phones often end a page without a pagehide, old Safari without a visibilitychange.
  on(document, 'visibilitychange', () => {
    if (document.visibilityState === 'hidden') core.leave(false);
  });
  on(window, 'pagehide', () => core.leave(true));

  core.open(current, document.referrer);
};
