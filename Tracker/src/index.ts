import { configOf, type Options } from './options';
import { createTracker, type Tracker } from './tracker';

export type { Properties, Sale, SaleStep } from './api';
export type { Capture } from './config';
export type { Options } from './options';
export type { Core } from './track';
export type { Tracker } from './tracker';
export type { ElementInfo, EventFields, Item, Point, PointKind } from './wire';

/** What a server has in place of a tracker: every call is there, and does nothing. */
const nowhere = (): Tracker => {
  const nothing = () => {};
  return new Proxy(nothing, { get: (_, name) => (name === 'then' ? undefined : nowhere()) }) as unknown as Tracker;
};

let tracker: Tracker | undefined;

/** Begins to track, once a page: a second call answers with the first one's tracker. Where there is no browser it does nothing. */
export const init = (options: Options): Tracker => {
  if (typeof document === 'undefined') return nowhere();
  const config = configOf(options);
  return (tracker ??= createTracker(config, async core => {
    if (config.wants('capture')) (await import('./captures')).captureAll(core);
    if (config.wants('vitals')) (await import('./capture/vitals')).watchVitals(core);
  }));
};
