import { hitOf, targetOf } from '../element';
import type { Core } from '../track';

const FILE = /\.(7z|apk|avi|csv|deb|dmg|docx?|epub|exe|gz|iso|jar|mov|mp3|mp4|msi|pdf|pkg|pptx?|rar|rpm|tar|tgz|txt|wav|webm|xlsx?|zip)$/i;
const MAX_HREF = 500;

/** What leads away: links to other hosts, and files. */
export const watchOutbound = (core: Core): void => {
  const clicked = (event: MouseEvent) => {
    const target = targetOf(event);
    const link = target?.closest<HTMLAnchorElement>('a[href]');
    // The middle button opens a link in a new tab; the right one opens a menu.
    if (!target || !link || !event.isTrusted || event.button > 1 || !/^https?:$/.test(link.protocol)) return;
    const name = link.hasAttribute('download') || FILE.test(link.pathname) ? 'download' : link.host !== location.host && 'outbound';
    if (name) core.add(name, { element: { ...core.describe(hitOf(target)), href: link.href.slice(0, MAX_HREF) } });
  };
  core.on(document, 'click', clicked);
  core.on(document, 'auxclick', clicked);
};
