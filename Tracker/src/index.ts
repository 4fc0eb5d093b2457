import { createCalls, type Calls } from './api';
import { watchClicks } from './clicks';
import { readConfig } from './config';
import { guard, reportFaultsTo } from './guard';
import { watchMoves } from './moves';
import { watchNavigation, whenShown } from './navigation';
import { watchPageLeave } from './pageleave';
import { optIn, optOut, refusal } from './permission';
import { forget } from './session';
import { createCore } from './track';
import { createTransport } from './transport';

/**
 * The script of `/script.js`: reads its own tag, puts the API on `window`, and tracks if it may. Calls made before
 * it was there, as `(window.analytics ||= []).push(['track', 'signup', {plan: 'pro'}])`, are made good.
 */
type Method = keyof Calls;
type Call = [method: Method | 'optOut' | 'optIn', ...args: unknown[]];

const start = () => {
  // A module has no currentScript.
  const script = (document.currentScript ?? document.querySelector('script[data-website-id],script[data-domain]')) as HTMLScriptElement | null;
  const config = readConfig(script);
  const page = window as unknown as Record<string, unknown>;
  const waiting = page[config.global] as { track?: unknown } | Call[] | undefined;
  const say = (...what: unknown[]) => config.silent || console.info('[analytics]', ...what);
  const debug = (...what: unknown[]) => config.debug && say(...what);
  reportFaultsTo(debug);
  // A second tag would count everything twice, and another library's API is not ours to replace.
  if (waiting && 'track' in waiting) return say('window.' + config.global + ' is taken: see data-global');

  const early: Call[] = [];
  const transport = createTransport(config.endpoint, debug);
  let calls: Calls | undefined;
  let stopped = false;

  const begin = () => {
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
  };

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
  page[config.global] = api;
  whenShown(guard(begin));
  // Not a queue: an element with that id, perhaps.
  if (Array.isArray(waiting)) waiting.forEach(call => api.push(call));
};

guard(start)();
