import type { Sale } from './api';
import { locate } from './clicks';
import type { Config } from './config';
import { describe } from './element';
import { guard, on } from './guard';
import { uuid7 } from './ids';
import { openPage, type Page } from './page';
import { hasOptedOut } from './permission';
import { activeSession, user, visitor } from './session';
import type { Transport } from './transport';
import type { Batch, ElementInfo, EventFields, Point, PointKind, TrackedEvent } from './wire';

const BATCH_MS = 10_000;
/** Soon, but late enough for a page that sets its title after it changed its address. */
const PAGEVIEW_MS = 500;
/** Together, and with what is said of the page, within what a browser sends for a page that is gone (`transport.ts`). */
const MAX_CHARS = 12_000;
const MAX_POINTS = 300;

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
  /** Called at the last moment to add events to the page: it is hidden, and may come back, or it is `over`. */
  onLeave(listener: (over: boolean) => void): void;
  /** Listens without holding up the page or throwing into it. */
  on: <E extends Event>(target: EventTarget, type: string, listener: (event: E) => unknown) => void;
  describe(element: Element): ElementInfo;
  /** Where a click went. */
  locate(event: MouseEvent): EventFields;
  /** A step of a sale; until the capture that knows sales is there, they wait here. */
  sell(name: string, sale: Sale): void;
  readonly sales: [name: string, sale: Sale][];
  /** How far was seen, in percent, of what the page scrolls in the document's place; undefined where it scrolls the document. */
  depth?: () => number | undefined;
  /** Begins a page; the one before it is left first. `gone`: its document may already be the new page's. */
  open(url: string, referrer: string, gone?: boolean): void;
  /** The page may be gone the next moment: everything is sent now. `over`: it is. */
  leave(over: boolean): void;
  flush(): void;
}

/** How long an event may wait for others, in ms. */
export type Pace = (name: string) => number;

export const createCore = (config: Config, transport: Transport, wait: Pace = name => (name === 'pageview' ? PAGEVIEW_MS : BATCH_MS)): Core => {
  const opening: (() => void)[] = [];
  const leaving: ((over: boolean) => void)[] = [];
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
    timer = setTimeout(guard(flush), ms);
  };

  const flush = () => {
    if (core.page) core.page.measure();
    send(false);
  };

  const send = (goes: boolean) => {
    timer = clearTimeout(timer) as undefined;
    // Asked again: what was collected before the visitor opted out goes no further either.
    const batch = (events.length || samples) && !hasOptedOut() && ({
      site: config.site,
      ...(config.domain && { domain: config.domain }),
      batch: uuid7(),
      ...(!config.cookieless && { visitor: visitor(), session: session || activeSession() }),
      ...(navigator.webdriver && { automation: true }),
      user: user(),
      page: core.page,
      events,
      ...(samples && { points }),
    } as Batch);
    events = [];
    points = {};
    chars = samples = 0;
    if (batch) transport.send(batch.batch, JSON.stringify(batch), goes);
  };

  const leave = (goes: boolean, over: boolean, gone = false) => {
    if (!gone) core.page.measure();
    leaving.forEach(listener => guard(listener)(over));
    send(goes);
  };

  const core = {
    config,

    add(name, fields, idle) {
      if (hasOptedOut()) return;
      const event: TrackedEvent = { name, at: Math.max(0, Date.now() - core.page.at), ...fields };
      // Also the check that it can be sent: what has no JSON throws here, before it can spoil a batch.
      const length = JSON.stringify(event).length;
      const owner = config.cookieless || (idle && session) ? session : activeSession();
      // One batch, one session, and no more than a browser will carry.
      if (owner !== session || chars + length > MAX_CHARS) flush();
      session = owner;
      events.push(event);
      chars += length;
      schedule(wait(name));
    },

    point(kind, x, y) {
      const point: Point = [Math.round(x), Math.round(y), Date.now() - core.page.at];
      (points[kind] ??= []).push(point);
      if (++samples >= MAX_POINTS) flush();
    },

    sales: [],
    sell: (...sale) => core.sales.push(sale),
    onOpen: listener => opening.push(listener),
    onLeave: listener => leaving.push(listener),
    on,
    describe,
    locate,

    open(url, referrer, gone) {
      if (core.page) leave(false, true, gone);
      core.page = openPage(url, referrer);
      opening.forEach(listener => guard(listener)());
      if (config.wants('pageviews')) core.add('pageview');
    },

    leave: over => leave(true, over),
    flush,
  } as Omit<Core, 'page'> as { -readonly [K in keyof Core]: Core[K] };

  return core;
};
