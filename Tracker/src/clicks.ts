import { CLICKABLE, describe } from './element';
import { on } from './guard';
import type { Core } from './track';

const FILE = /\.(7z|apk|avi|csv|deb|dmg|docx?|epub|exe|gz|iso|jar|mov|mp3|mp4|msi|pdf|pkg|pptx?|rar|rpm|tar|tgz|txt|wav|webm|xlsx?|zip)$/i;
const MAX_HREF = 500;

const share = (part: number, whole: number) => (whole ? Math.round(Math.min(1, Math.max(0, part / whole)) * 1_000) / 1_000 : 0.5);

/** Clicks, with what was clicked and where; and what leads away: links to other hosts, and files. */
export const watchClicks = (core: Core): void => {
  let labelled: Element | null = null;
  let labelledAt = 0;

  const clicked = (event: MouseEvent) => {
    // A page's own `element.click()` is nobody's.
    if (!event.isTrusted) return;
    const target = event.composedPath()[0];
    if (!(target instanceof Element)) return;
    const hit = target.closest(CLICKABLE) ?? target;
    // A click on a label is followed by the browser's own on its control.
    const forwarded = hit === labelled && event.timeStamp - labelledAt < 100;
    labelled = hit instanceof HTMLLabelElement ? hit.control : null;
    labelledAt = event.timeStamp;
    if (forwarded) return;

    const element = describe(hit);
    const box = hit.getBoundingClientRect();
    // Enter and Space on a focused element click it at no place: its middle.
    const byKey = !event.detail && !event.clientX && !event.clientY;
    const x = byKey ? box.left + box.width / 2 : event.clientX;
    const y = byKey ? box.top + box.height / 2 : event.clientY;

    // The middle button opens a link in a new tab; the right one opens a menu, which leads nowhere yet.
    if (event.button < 2) {
      core.add('click', {
        x: Math.round(x + scrollX),
        y: Math.round(y + scrollY),
        element: { ...element, ex: share(x - box.left, box.width), ey: share(y - box.top, box.height) },
      });
      const link = target.closest<HTMLAnchorElement>('a[href]');
      if (link && /^https?:$/.test(link.protocol)) {
        const name = link.hasAttribute('download') || FILE.test(link.pathname) ? 'download' : link.host !== location.host && 'outbound';
        if (name) core.add(name, { element: { ...element, href: link.href.slice(0, MAX_HREF) } });
      }
    }
  };
  on(document, 'click', clicked);
  on(document, 'auxclick', clicked);
};
