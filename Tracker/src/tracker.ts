import { createCalls, type Calls } from './api';
import { watchClicks } from './clicks';
import type { Config } from './config';
import { guard, reportFaultsTo } from './guard';
import { watchMoves } from './moves';
import { watchNavigation, whenShown } from './navigation';
import { watchPageLeave } from './pageleave';
import { optIn, optOut, refusal } from './permission';
import { forget } from './session';
import { createCore } from './track';
import { createTransport } from './transport';

type Method = keyof Calls;
export type Call = [method: Method | 'optOut' | 'optIn', ...args: unknown[]];

export const createLog =
  (config: Config) =>
  (...what: unknown[]): void => {
    if (!config.silent) console.info('[analytics]', ...what);
  };

/**
 * The whole tracker behind one object whose calls never throw, whether the visit is tracked, not yet (the page is
 * rendered ahead: they are kept) or not at all (they do nothing). Every script we serve is a face of this.
 */
export const createTracker = (config: Config) => {
  const say = createLog(config);
  const debug = (...what: unknown[]) => config.debug && say(...what);
  reportFaultsTo(debug);

  const early: Call[] = [];
  const transport = createTransport(config.endpoint, debug);
  let calls: Calls | undefined;
  let stopped = false;

  const begin = guard(() => {
    const reason = refusal(config);
    stopped = !!reason;
    if (reason) return say('not tracking:', reason);
    if (calls) return;
    const core = createCore(config, transport);
    calls = createCalls(core);
    watchPageLeave(core);
    watchClicks(core);
    watchMoves(core);
    watchNavigation(core);
    early.splice(0).forEach(call => api.push(call));
  });

  const invoke = guard((method: Method, ...args: unknown[]): void => {
    if (stopped) return;
    if (calls) (calls[method] as (...args: unknown[]) => void)(...args);
    else early.push([method, ...args]);
  });
  const through =
    (method: Method) =>
    (...args: unknown[]): void =>
      invoke(method, ...args);

  const api = {
    track: through('track'),
    pageview: through('pageview'),
    identify: through('identify'),
    reset: through('reset'),
    flush: through('flush'),
    use: through('use'),
    push: guard(([method, ...args]: Call): void => (api[method] as (...args: unknown[]) => void)(...args)),
    /** Never again in this browser, until `optIn`: nothing is kept and nothing sent. */
    optOut: guard(() => {
      stopped = true;
      transport.clear();
      forget();
      optOut();
    }),
    optIn: guard(() => {
      optIn();
      begin();
    }),
  };
  whenShown(begin);
  return api;
};
