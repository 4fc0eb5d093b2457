import { createCalls, SALES, type Calls, type Sale, type SaleStep } from './api';
import { watchClicks } from './clicks';
import type { Config } from './config';
import { guard, on, reportFaultsTo } from './guard';
import { watchNavigation, whenShown } from './navigation';
import { watchPageLeave } from './pageleave';
import { optIn, optOut, refusal } from './permission';
import { forget } from './session';
import { keepNothing } from './storage';
import { createCore, type Core, type Pace } from './track';
import { createTransport, type Transport } from './transport';

const METHODS = ['track', 'pageview', 'identify', 'reset', 'flush', 'use'] as const;
type Sales = Record<SaleStep, (sale?: Sale) => void>;

/** The name of a call, as in `track` or `ecommerce.purchase`, and what it is given. */
export type Call = [method: string, ...args: unknown[]];

/** Brings the captures that are not in the core; settles when they are there, or will not come. */
export type Loader = (core: Core) => Promise<unknown>;

export const createLog =
  (config: Config) =>
  (...what: unknown[]): void => {
    if (!config.silent) console.info('[analytics]', ...what);
  };

/** What the captures that are on their way would miss meanwhile. */
const EARLY = ['click', 'submit', 'invalid', 'focusin', 'error', 'unhandledrejection'];

const bring = (core: Core, load: Loader, calls: Calls) => {
  let early: Event[] | undefined = [];
  EARLY.forEach(type => on(window, type, event => early?.push(event)));
  core.on = (target, type, listener) => {
    on(target, type, listener);
    early?.forEach(event => event.type === type && guard(listener)(event as never));
  };
  const done = () => (early = undefined);
  load(core).then(done, done);
  // What no capture has come to understand goes as it is.
  core.onLeave(() => core.sales.splice(0).forEach(([name, sale]) => calls.track(name, sale)));
};

/**
 * The whole tracker behind one object whose calls never throw, whether the visit is tracked, not yet (the page is
 * rendered ahead: they are kept) or not at all (they do nothing). Every script we serve is a face of this.
 */
export const createTracker = (config: Config, load: Loader, over?: { transport: Transport; pace: Pace }) => {
  const say = createLog(config);
  const debug = (...what: unknown[]) => config.debug && say(...what);
  reportFaultsTo(debug);

  const early: Call[] = [];
  if (config.cookieless) keepNothing();
  const transport = over?.transport ?? createTransport(config.endpoint, debug);
  let calls: Calls | undefined;
  let stopped = false;

  const begin = guard(() => {
    const reason = refusal(config);
    stopped = !!reason;
    if (reason) return say('not tracking:', reason);
    if (calls) return;
    if (config.cookieless) forget();
    const core = createCore(config, transport, over?.pace);
    calls = createCalls(core);
    watchPageLeave(core);
    if (config.wants('clicks')) watchClicks(core);
    watchNavigation(core);
    bring(core, load, calls);
    early.splice(0).forEach(call => api.push(call));
  });

  const through = (method: keyof Calls, ...first: unknown[]) =>
    guard((...args: unknown[]): void => {
      if (stopped) return;
      if (calls) (calls[method] as (...args: unknown[]) => void)(...first, ...args);
      else early.push([method, ...first, ...args]);
    });
  const api = {
    ...(Object.fromEntries(METHODS.map(method => [method, through(method)])) as Calls),
    ecommerce: Object.assign(through('ecommerce') as Calls['ecommerce'], Object.fromEntries(SALES.map(step => [step, through('ecommerce', step)])) as Sales),
    push: guard(([path, ...args]: Call): void =>
      path.split('.').reduce((at, name) => (at as unknown as Record<string, unknown>)[name] as typeof at, api as unknown as (...args: unknown[]) => void)(...args)),
    /** Never again in this browser, until `optIn`: nothing is kept and nothing sent. */
    optOut: guard(() => {
      stopped = true;
      transport.clear();
      forget();
      optOut();
      calls?.flush();
    }),
    optIn: guard(() => {
      optIn();
      begin();
    }),
    /** The visitor's answer, kept for the pages to come. */
    consent: (given: boolean): void => (given ? api.optIn : api.optOut)(),
  };
  whenShown(begin);
  return api;
};

export type Tracker = ReturnType<typeof createTracker>;
