import { describe, hitOf, targetOf } from './element';
import type { Core } from './track';
import type { EventFields } from './wire';

const share = (part: number, whole: number) => (whole ? Math.round(Math.min(1, Math.max(0, part / whole)) * 1_000) / 1_000 : 0.5);

/** What was clicked, where on the page, and where in the element. */
export const locate = (event: MouseEvent): EventFields => {
  const hit = hitOf(targetOf(event)!);
  const box = hit.getBoundingClientRect();
  // Enter and Space on a focused element click it at no place: its middle.
  const byKey = !event.detail && !event.clientX && !event.clientY;
  const x = byKey ? box.left + box.width / 2 : event.clientX;
  const y = byKey ? box.top + box.height / 2 : event.clientY;
  return {
    x: Math.round(x + scrollX),
    y: Math.round(y + scrollY),
    element: { ...describe(hit), ex: share(x - box.left, box.width), ey: share(y - box.top, box.height) },
  };
};

/** Clicks, one a label and its control together; of those in what `only` selects. */
export const watchClicks = (core: Core, only = '*'): void => {
  let labelled: Element | null = null;
  let labelledAt = 0;

  const clicked = (event: MouseEvent) => {
    const target = targetOf(event);
    // A page's own `element.click()` is nobody's.
    if (!event.isTrusted || !target) return;
    const hit = hitOf(target);
    // A click on a label is followed by the browser's own on its control.
    const forwarded = hit === labelled && event.timeStamp - labelledAt < 100;
    labelled = hit instanceof HTMLLabelElement ? hit.control : null;
    labelledAt = event.timeStamp;
    // The right button opens a menu, which leads nowhere yet.
    if (!forwarded && event.button < 2 && target.closest(only)) core.add('click', locate(event));
  };
  core.on(document, 'click', clicked);
  core.on(document, 'auxclick', clicked);
};
