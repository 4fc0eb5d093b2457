import { bare } from '../capture/errors';
import { FIELD, nameOf } from '../capture/fields';
import { keyName, SECRET } from '../capture/keys';
import { readConfig } from '../config';
import { createDwell } from '../dwell';
import { targetOf } from '../element';
import { guard, on, reportFaultsTo } from '../guard';
import { uuid7 } from '../ids';
import { watchAddress, whenShown } from '../navigation';
import { optIn, optOut, refusal } from '../permission';
import { activeSession, forget, visitor } from '../session';
import { keepNothing } from '../storage';
import { createLog } from '../tracker';
import { createTransport } from '../transport';

export interface BehaviourOptions {
  userInfo: boolean;
  clicks: boolean;
  mouseMovement: boolean;
  /** Seconds between two samples. */
  mouseMovementInterval: number;
  mouseScroll: boolean;
  /** Seconds between two samples; 0 takes every scroll event. */
  mouseScrollInterval: number;
  timeCount: boolean;
  clearAfterProcess: boolean;
  /** Seconds between two calls of `processData`; false: only when `processResults` is called. */
  processTime: number | false;
  windowResize: boolean;
  visibilitychange: boolean;
  keyboardActivity: boolean;
  /** A selector: keys that go into these are not told, besides those that never are; false: no more than those. */
  sensitiveInputs: string | false;
  /** Always so here: a key that types something is `key`. */
  keyCategoryOnly: boolean;
  pageNavigation: boolean;
  formInteractions: boolean;
  touchEvents: boolean;
  audioVideoInteraction: boolean;
  customEventRegistration: boolean;
  processData(results: BehaviourResults): unknown;
}

type Rows = (string | number)[][];

export interface BehaviourResults {
  userInfo?: { windowSize: [number, number]; appCodeName: string; appName: string; vendor: string; platform: string; userAgent: string };
  time?: { startTime: number; currentTime: number; stopTime: number };
  clicks: { clickCount: number; clickDetails: Rows };
  mouseMovements: Rows;
  mouseScroll: Rows;
  keyboardActivities: Rows;
  navigationHistory: Rows;
  formInteractions: Rows;
  touchEvents: Rows;
  mediaInteractions: Rows;
  windowSizes: Rows;
  visibilitychanges: Rows;
  customEvents: Rows;
}

const LISTS = [
  'mouseMovements', 'mouseScroll', 'keyboardActivities', 'navigationHistory', 'formInteractions', 'touchEvents', 'mediaInteractions', 'windowSizes',
  'visibilitychanges', 'customEvents',
] as const;
/** A page that is never processed must not grow for ever. */
const MAX_ROWS = 5_000;

const empty = (): BehaviourResults => ({
  clicks: { clickCount: 0, clickDetails: [] },
  ...(Object.fromEntries(LISTS.map(name => [name, []])) as unknown as Record<(typeof LISTS)[number], Rows>),
});

/** The whole way down to an element, as this library's users know it: `html>body>div.wide#login>input`. */
const pathOf = (event: Event): string =>
  event.composedPath().filter((at): at is Element => at instanceof Element).reverse()
    .map(at => at.localName + Array.from(at.classList, name => '.' + name).join('') + (at.getAttribute('id') ? '#' + at.getAttribute('id') : ''))
    .join('>').slice(-500);

const createBehaviour = (script: HTMLScriptElement | null) => {
  const config = readConfig(script);
  const say = createLog(config);
  const debug = (...what: unknown[]) => config.debug && say(...what);
  reportFaultsTo(debug);
  if (config.cookieless) keepNothing();

  const endpoint = new URL(script?.getAttribute('data-endpoint') || '/api/track-behavior/', script?.getAttribute('data-api-url') || script?.src || location.href).href;
  const transport = createTransport(endpoint, debug, {
    queue: 'behaviour.',
    body: stored => stored,
    init(id) {
      // Django's own check of a form's origin, for a page that still has one behind this path. A sandboxed frame has no cookies, and throws.
      const cookies = guard(() => document.cookie)() ?? '';
      const token = new URL(endpoint).origin === location.origin && /(?:^|; )csrftoken=([^;]+)/.exec(cookies)?.[1];
      return { credentials: 'same-origin', headers: { 'Content-Type': 'application/json', 'Idempotency-Key': id, ...(token && { 'X-CSRFToken': token }) } };
    },
  });

  let results = empty();
  let time = { startTime: 0, currentTime: 0, stopTime: 0 };
  /** How many rows of each list the default `processData` has sent: kept results are not sent twice. */
  let sent: Record<string, number> = {};
  let leaving = false;
  let gone = false;
  /** How far the page was scrolled, and which it was, when what goes next began: positions are the window's, and pages change. */
  let stood = [scrollX, scrollY];
  let began = location.href;
  /** The visible milliseconds of each page, and when it was left. */
  let pageTimes: Rows = [];
  const dwell = createDwell();
  const left = () => {
    const ms = dwell.take();
    if (ms && pageTimes.length < MAX_ROWS) pageTimes.push([ms, Date.now()]);
  };

  const send = (given: BehaviourResults): void => {
    const body: Record<string, unknown> = { ...given, page_url: location.href, page_start: began, page_title: document.title, referrer: document.referrer, page_scroll: stood };
    let fresh = pageTimes.length + given.clicks.clickDetails.length - (sent.clicks ?? 0);
    const clickDetails = given.clicks.clickDetails.slice(sent.clicks ?? 0);
    body.clicks = { clickCount: clickDetails.length, clickDetails };
    body.pageTimes = pageTimes;
    sent.clicks = given.clicks.clickDetails.length;
    for (const name of LISTS) {
      const rows = given[name].slice(sent[name] ?? 0);
      sent[name] = given[name].length;
      fresh += rows.length;
      body[name] = rows;
    }
    // Time that passes is no news, but that somebody came is.
    if (!fresh && sent.any) return;
    // A tag that names no site leaves it to the page's host.
    if (config.site !== location.host) body.site_id = config.site;
    // The same visit as that of `/script.js`, should it be on the page too.
    if (!config.cookieless) Object.assign(body, { visitor_id: visitor(), session_id: activeSession() });
    transport.send(uuid7(), JSON.stringify(body), leaving);
    stood = [scrollX, scrollY];
    began = location.href;
    pageTimes = [];
    sent.any = 1;
  };

  const defaults: BehaviourOptions = {
    userInfo: true, clicks: true, mouseMovement: true, mouseMovementInterval: 1, mouseScroll: true, mouseScrollInterval: 1, timeCount: true,
    clearAfterProcess: true, processTime: 15, windowResize: true, visibilitychange: true, keyboardActivity: true, sensitiveInputs: SECRET,
    keyCategoryOnly: true, pageNavigation: true,
    formInteractions: true, touchEvents: true, audioVideoInteraction: true, customEventRegistration: true, processData: send,
  };
  let options = { ...defaults };
  let running = false;
  let listening = false;
  let process: ReturnType<typeof setInterval> | undefined;
  let sampler: ReturnType<typeof setInterval> | undefined;
  let mouse: Rows[number] | undefined;

  const now = () => Date.now();
  const add = (rows: Rows, ...row: Rows[number]) => rows.length < MAX_ROWS && rows.push([...row, now()]);

  const current = (): BehaviourResults => {
    if (options.userInfo) {
      const { appCodeName, appName, vendor, platform, userAgent } = navigator;
      results.userInfo = { windowSize: [innerWidth, innerHeight], appCodeName, appName, vendor, platform, userAgent };
    } else delete results.userInfo;
    results.time = options.timeCount ? { ...time, currentTime: running ? now() : time.stopTime || now() } : { startTime: 0, currentTime: 0, stopTime: 0 };
    return results;
  };

  const processResults = guard(() => {
    const given = current();
    guard(options.processData)(given);
    if (!options.clearAfterProcess) return;
    results = empty();
    sent = { any: sent.any ?? 0 };
  });

  /** Registered once; each asks whether it is wanted, so that `stop` and `config` take hold at once. */
  const listen = () => {
    if (listening) return;
    listening = true;
    const watch = <E extends Event>(target: EventTarget, type: string, option: keyof BehaviourOptions, then: (event: E) => unknown) =>
      on<E>(target, type, event => running && options[option] && then(event));

    watch<MouseEvent>(document, 'click', 'clicks', event => {
      if (results.clicks.clickCount++ < MAX_ROWS) add(results.clicks.clickDetails, event.clientX, event.clientY, pathOf(event));
    });
    watch<MouseEvent>(document, 'mousemove', 'mouseMovement', event => (mouse = [event.clientX, event.clientY, now()]));
    let scrolledAt = 0;
    watch(document, 'scroll', 'mouseScroll', () => {
      if (now() - scrolledAt < options.mouseScrollInterval * 1_000) return;
      scrolledAt = now();
      add(results.mouseScroll, scrollX, scrollY);
    });
    watch<KeyboardEvent>(document, 'keydown', 'keyboardActivity', event => {
      const name = keyName(event);
      if (name && !(options.sensitiveInputs && targetOf(event)?.closest(options.sensitiveInputs))) add(results.keyboardActivities, name);
    });
    for (const type of ['submit', 'change']) {
      watch(document, type, 'formInteractions', event => {
        const element = targetOf(event);
        if (element && (type === 'submit' || element.matches(FIELD))) add(results.formInteractions, nameOf(element));
      });
    }
    for (const type of ['touchstart', 'touchend']) {
      watch<TouchEvent>(document, type, 'touchEvents', ({ changedTouches: [finger] }) => finger && add(results.touchEvents, type, Math.round(finger.clientX), Math.round(finger.clientY)));
    }
    for (const type of ['play', 'pause', 'ended']) {
      watch(document, type, 'audioVideoInteraction', ({ target }) => target instanceof HTMLMediaElement && add(results.mediaInteractions, type, bare(target.currentSrc)));
    }
    watch(window, 'resize', 'windowResize', () => add(results.windowSizes, innerWidth, innerHeight));
    const leave = () => {
      if (!running) return;
      if (options.visibilitychange) add(results.visibilitychanges, 'hidden');
      left();
      leaving = true;
      processResults();
      leaving = false;
    };
    on(document, 'visibilitychange', () => {
      // After a pagehide the browser says so once more.
      if (document.visibilityState !== 'hidden') {
        if (running && options.visibilitychange) add(results.visibilitychanges, 'visible');
      } else if (!gone) leave();
    });
    on(window, 'pagehide', () => {
      if (document.visibilityState !== 'hidden') leave();
      gone = true;
    });
    on(window, 'pageshow', () => (gone = false));
    let address = location.href;
    watchAddress(() => {
      if (location.href === address) return;
      address = location.href;
      if (!running || !options.pageNavigation) return;
      left();
      add(results.navigationHistory, address);
    });
  };

  const sample = guard(() => {
    if (mouse && results.mouseMovements.length < MAX_ROWS) results.mouseMovements.push(mouse);
    // One that rests is told once.
    mouse = undefined;
  });

  const begin = guard(() => {
    const reason = refusal(config);
    if (reason) return say('not tracking:', reason);
    if (running) return;
    running = true;
    time = { startTime: now(), currentTime: now(), stopTime: 0 };
    stood = [scrollX, scrollY];
    began = location.href;
    dwell.restart();
    listen();
    sampler = setInterval(sample, Math.max(0.05, options.mouseMovementInterval) * 1_000);
    if (options.processTime !== false) process = setInterval(processResults, Math.max(1, options.processTime) * 1_000);
  });

  const stop = guard(() => {
    if (!running) return;
    running = false;
    clearInterval(process);
    clearInterval(sampler);
    time.stopTime = now();
    left();
    processResults();
  });

  return {
    showConfig: () => ({ ...options }),
    /** What is not given has its default. */
    config: guard((given: Partial<BehaviourOptions> = {}) => {
      options = { ...defaults };
      for (const name in defaults) {
        const value = given[name as keyof BehaviourOptions];
        if (value !== undefined) (options as unknown as Record<string, unknown>)[name] = value;
      }
    }),
    start: () => whenShown(begin),
    stop,
    showResult: () => current(),
    processResults: () => processResults(),
    /** An event that the page dispatches on `window`: kept by name. The callback is the page's own, and runs whatever is kept. */
    registerCustomEvent: guard((name: string, callback?: EventListenerOrEventListenerObject) => {
      on(window, name, () => running && options.customEventRegistration && add(results.customEvents, name));
      if (callback) window.addEventListener(name, callback);
    }),
    optOut: guard(() => {
      running = false;
      clearInterval(process);
      clearInterval(sampler);
      results = empty();
      transport.clear();
      forget();
      optOut();
    }),
    optIn: guard(optIn),
  };
};

const start = () => {
  const page = window as unknown as Record<string, unknown>;
  page.userBehaviour ??= createBehaviour(document.currentScript as HTMLScriptElement | null);
};

guard(start)();
