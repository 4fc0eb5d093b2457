import type { Config } from './config';
import { uuid7 } from './ids';
import { openPage, type Page } from './page';
import { hasOptedOut } from './permission';
import { activeSession, user, visitor } from './session';
import type { Transport } from './transport';
import type { Batch, EventFields, Point, PointKind, TrackedEvent } from './wire';

const BATCH_MS = 10_000;
/** Soon, but late enough for a page that sets its title after it changed its address. */
const PAGEVIEW_MS = 500;
/** At 3 bytes a character still within what a browser sends for a page that is gone. */
const MAX_CHARS = 16_000;
const MAX_POINTS = 400;

/** What a capture module sees of the tracker: the same for those in the core and those loaded later. */
export interface Core {
  readonly config: Config;
  /** The page that events are added to. */
  readonly page: Page;
  /** Adds an event. `idle`: it says nothing of anybody being here, so it neither renews the session nor begins one. */
  add(name: string, fields?: EventFields, idle?: boolean): void;
  /** Adds a pointer sample; samples travel with the next events. */
  point(kind: PointKind, x: number, y: number): void;
  /** Called when a page has begun. */
  onOpen(listener: () => void): void;
  /** Called when the page is hidden or about to be replaced: the last moment to add events to it. */
  onLeave(listener: () => void): void;
  /** Begins a page; the one before it is left first. `gone`: its document may already be the new page's. */
  open(url: string, referrer: string, gone?: boolean): void;
  /** The page may be gone the next moment: everything is sent now. */
  leave(): void;
  flush(): void;
}

export const createCore = (config: Config, transport: Transport): Core => {
  const opening: (() => void)[] = [];
  const leaving: (() => void)[] = [];
  let events: TrackedEvent[] = [];
  let points: Partial<Record<PointKind, Point[]>> = {};
  let session = '';
  let chars = 0;
  let samples = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let due = 0;

  const schedule = (ms: number) => {
    const at = Date.now() + ms;
    if (timer && at >= due) return;
    clearTimeout(timer);
    due = at;
    timer = setTimeout(flush, ms);
  };

  const flush = () => {
    if (core.page) core.page.measure();
    send(false);
  };

  const send = (goes: boolean) => {
    clearTimeout(timer);
    timer = undefined;
    const pending = events.length || samples;
    // Asked again: what was collected before the visitor opted out goes no further either.
    if (!pending || hasOptedOut()) return;
    const batch: Batch = {
      site: config.site,
      ...(config.domain && { domain: config.domain }),
      batch: uuid7(),
      visitor: visitor(),
      session: session || activeSession(),
      user: user(),
      page: core.page,
      events,
      ...(samples && { points }),
    };
    events = [];
    points = {};
    chars = samples = 0;
    transport.send(batch.batch, JSON.stringify(batch), goes);
  };

  const leave = (goes: boolean, gone = false) => {
    if (!gone) core.page.measure();
    leaving.forEach(listener => listener());
    send(goes);
  };

  const core: { -readonly [K in keyof Core]: Core[K] } = {
    config,
    page: undefined!,

    add(name, fields, idle) {
      if (hasOptedOut()) return;
      const event: TrackedEvent = { name, at: Math.max(0, Date.now() - core.page.at), ...fields };
      // Also the check that it can be sent: what has no JSON throws here, before it can spoil a batch.
      const length = JSON.stringify(event).length;
      const owner = idle && session ? session : activeSession();
      // One batch, one session, and no more than a browser will carry.
      if (owner !== session || chars + length > MAX_CHARS) flush();
      session = owner;
      events.push(event);
      chars += length;
      schedule(name === 'pageview' ? PAGEVIEW_MS : BATCH_MS);
    },

    point(kind, x, y) {
      const point: Point = [Math.round(x), Math.round(y), Date.now() - core.page.at];
      (points[kind] ??= []).push(point);
      if (++samples >= MAX_POINTS) flush();
    },

    onOpen: listener => opening.push(listener),
    onLeave: listener => leaving.push(listener),

    open(url, referrer, gone) {
      if (core.page) leave(false, gone);
      core.page = openPage(url, referrer);
      opening.forEach(listener => listener());
      core.add('pageview');
    },

    leave: () => leave(true),
    flush,
  };

  return core;
};
