/**
 * localStorage that never throws. It is refused in sandboxed frames and when cookies are blocked, and full at
 * about 5 MB; what it does not take is kept in memory for the life of the page.
 */
export const PREFIX = 'analytics.';

/** Where the visitor's own decision is kept. */
export const DECISION = 'optout';

const memory = new Map<string, string>();
let volatile = false;

/** From here on nothing is written to the browser but a visitor's own decision not to be tracked. */
export const keepNothing = (): void => {
  volatile = true;
};

export const read = (key: string): string | null => {
  const kept = memory.get(key);
  if (kept !== undefined) return kept;
  try {
    return localStorage.getItem(PREFIX + key);
  } catch {
    return null;
  }
};

export const write = (key: string, value: string): void => {
  try {
    if (volatile && key !== DECISION) throw 0;
    localStorage.setItem(PREFIX + key, value);
    memory.delete(key);
  } catch {
    memory.set(key, value);
  }
};

export const remove = (key: string): void => {
  memory.delete(key);
  try {
    localStorage.removeItem(PREFIX + key);
  } catch {
    // Then it was never there.
  }
};

/** The keys that begin with `start`, in order. */
export const keys = (start: string): string[] => {
  const found = new Set(memory.keys());
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) found.add(key.slice(PREFIX.length));
  } catch {
    // Memory is all there is.
  }
  return [...found].filter(key => key.startsWith(start)).sort();
};
