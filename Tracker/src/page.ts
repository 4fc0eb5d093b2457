import type { PageInfo } from './wire';

export interface Page extends PageInfo {
  /** Reads what changes while a page is open: its title and sizes. */
  measure(): void;
}

export const addressOf = (href: string, hash: boolean): string => (hash ? href : href.replace(/#.*/, ''));

export const openPage = (url: string, referrer: string): Page => {
  const page = {
    url,
    referrer,
    at: Date.now(),
    language: navigator.language,
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    measure() {
      const root = document.documentElement;
      const body = document.body;
      page.title = document.title.slice(0, 300);
      page.viewport = [innerWidth, innerHeight];
      // Either of the two may be the one that scrolls.
      page.document = [Math.max(root.scrollWidth, body?.scrollWidth ?? 0), Math.max(root.scrollHeight, body?.scrollHeight ?? 0)];
      page.screen = [screen.width, screen.height];
    },
  } as Page;
  page.measure();
  return page;
};
