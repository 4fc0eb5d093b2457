import type { Core } from '../track';

const fills = (at: Element) => at.clientHeight > innerHeight / 2;

/** What the middle of the window is in. */
const paneInSight = (): Element | null => {
  let at = document.elementFromPoint(innerWidth / 2, innerHeight / 2);
  while (at && !(fills(at) && at.scrollHeight > at.clientHeight && /auto|scroll/.test(getComputedStyle(at).overflowY))) at = at.parentElement;
  return at;
};

/** Applications scroll an element of their own in the document's place: how far they were seen is how far that was. */
export const watchPane = (core: Core): void => {
  let pane: Element | null = null;
  let deepest = 0;
  const look = (at: unknown) => {
    if (!(at instanceof Element) || !fills(at)) return;
    deepest = Math.max(at === pane ? deepest : 0, at.scrollTop + at.clientHeight);
    pane = at;
  };

  core.on(document, 'scroll', ({ target }) => look(target));
  core.onOpen(() => (pane = null));
  core.depth = () => {
    if (document.documentElement.scrollHeight > innerHeight) return undefined;
    look(pane ?? paneInSight());
    return pane ? Math.min(100, Math.round((deepest / pane.scrollHeight) * 100)) : undefined;
  };
};
