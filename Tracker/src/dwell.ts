import { on } from './guard';

export interface Dwell {
  /** Begins to count anew. */
  restart(): void;
  /** The visible milliseconds not yet taken. */
  take(): number;
}

/** Counts the time that the page is in sight. */
export const createDwell = (): Dwell => {
  let counted = 0;
  let since = 0;

  const settle = () => {
    const now = Date.now();
    if (since) counted += Math.max(0, now - since);
    since = document.visibilityState === 'hidden' ? 0 : now;
  };
  const take = () => {
    settle();
    const ms = counted;
    counted = 0;
    return ms;
  };

  on(document, 'visibilitychange', settle);
  return { restart: take, take };
};
