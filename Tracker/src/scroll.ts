import { on } from './guard';
import type { Page } from './page';

export interface ScrollDepth {
  restart(): void;
  /** The deepest point that has been in sight, in percent of the document. */
  percent(page: Page): number;
}

export const createScrollDepth = (): ScrollDepth => {
  let deepest = 0;
  // Pixels here, percent at the end: a document that grows while its images load was not seen deeper for it.
  const look = () => {
    deepest = Math.max(deepest, scrollY + innerHeight);
  };

  on(document, 'scroll', look);
  return {
    restart() {
      deepest = 0;
      look();
    },
    percent(page) {
      look(); // the last scroll event may still be on its way
      return Math.min(100, Math.round((deepest / (page.document[1] || deepest || 1)) * 100));
    },
  };
};
