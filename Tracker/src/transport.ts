import { guard, on } from './guard';
import { timeOf } from './ids';
import { keys, read, remove, write } from './storage';

const MAX_QUEUED = 100;
/** The server remembers batch ids for a day; an older one might be stored twice, so it is given up. */
const MAX_AGE_MS = 23 * 3_600_000;
const TIMEOUT_MS = 30_000;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;
/** Browsers take 64 KB of keepalive bodies in flight; a character can be 3 bytes. */
const KEEPALIVE_CHARS = 20_000;

/** How a contract's requests look. */
export interface Dialect {
  /** Where its batches wait, apart from those of other contracts. */
  queue: string;
  init?(id: string): RequestInit;
  /** What goes out for what was stored. */
  body(stored: string): string;
  /** Attempts after the first, in a row; then it rests until there is something new, or a new page. */
  retries?(): number;
}

const own: Dialect = {
  queue: 'queue.',
  // On each attempt: the server corrects a wrong clock by it. A string goes as text/plain, which asks for no preflight.
  body: stored => '{"sentAt":' + Date.now() + ',' + stored.slice(1),
};

export interface Transport {
  /** Takes over a batch. `leaving`: the page may be gone the next moment, so send now. */
  send(id: string, body: string, leaving: boolean): void;
  /** Forgets everything not yet sent. */
  clear(): void;
}

/**
 * Delivers batches, at least once. A batch is in storage before it is sent, and leaves it only when this browser has seen
 * the server's answer to it; else it is sent again, if need be by another page, and the server knows it by its id. Nobody
 * sees the answer to a page's last batch, so the next page sends that one again.
 */
export const createTransport = (endpoint: string, log: (...what: unknown[]) => void, dialect: Dialect = own): Transport => {
  const { queue } = dialect;
  /** Batches of this page. Those of pages before it wait behind, so that a new pageview never does. */
  let mine: string[] = [];
  let left: string[];
  /** Firefox before 133 has none: there, a fetch dies with its page. */
  const canKeepAlive = 'keepalive' in Request.prototype;
  const flying = new Set<string>();
  let failures = 0;
  let pause: ReturnType<typeof setTimeout> | undefined;

  const drop = (id: string) => {
    remove(queue + id);
    mine = mine.filter(other => other !== id);
    left = left.filter(other => other !== id);
  };

  const inherit = () => {
    left = keys(queue).map(key => key.slice(queue.length)).filter(id => !mine.includes(id));
  };

  const later = (ms: number) => {
    clearTimeout(pause);
    pause = setTimeout(guard(() => {
      pause = undefined;
      next();
    }), ms);
  };

  /** Server busy or away: wait, doubling from a second to a minute, spread so that visitors do not come back in step. */
  const failed = (retryAfter: number) => {
    const ms = Math.min(FIRST_RETRY_MS * 2 ** failures++, LAST_RETRY_MS);
    if (dialect.retries && failures > dialect.retries()) failures = 0;
    else later(retryAfter ? retryAfter * 1_000 * (1 + Math.random() / 4) : ms * (0.5 + Math.random() / 2));
  };

  const post = (id: string, stored: string) => {
    const body = dialect.body(stored);
    flying.add(id);
    fetch(endpoint, {
      method: 'POST',
      body,
      keepalive: body.length < KEEPALIVE_CHARS,
      credentials: 'omit',
      signal: AbortSignal.timeout?.(TIMEOUT_MS),
      ...dialect.init?.(id),
    }).then(
      response => {
        const { status } = response;
        log(status, body);
        flying.delete(id);
        if (status >= 500 || status === 408 || status === 429) {
          failed(Math.min(+response.headers.get('Retry-After')! || 0, 300));
        } else {
          failures = 0;
          drop(id);
          next();
        }
      },
      error => {
        log(error, body);
        flying.delete(id);
        failed(0);
      },
    );
  };

  /** Sends this one, or what has its turn. */
  const next = (id = flying.size || pause ? undefined : mine[0] ?? left[0]) => {
    if (!id || flying.has(id)) return;
    const body = read(queue + id);
    if (body && timeOf(id) > Date.now() - MAX_AGE_MS) return post(id, body);
    // Pushed out by newer ones, sent by another tab meanwhile, or too old.
    drop(id);
    next();
  };

  inherit();
  // Out of the back/forward cache a page comes after others that were not there when it began.
  on<PageTransitionEvent>(window, 'pageshow', event => event.persisted && inherit());
  // No need to wait out a pause that was the network's fault.
  on(window, 'online', () => pause && later(0));

  return {
    send(id, body, leaving) {
      write(queue + id, body);
      mine.push(id);
      keys(queue).slice(0, -MAX_QUEUED).forEach(remove);
      if (!leaving) next();
      // Those that still wait for their turn have no other either: the newest, as many as a browser lets out together.
      else if (canKeepAlive) mine.slice(-3).forEach(waiting => next(waiting));
      // A beacon brings no answer, even to a page that lives on: it is done with the batch, the next page sees to it.
      else if (navigator.sendBeacon(endpoint, dialect.body(body))) mine.pop();
    },
    clear() {
      keys(queue).forEach(remove);
      mine = [];
      left = [];
    },
  };
};
