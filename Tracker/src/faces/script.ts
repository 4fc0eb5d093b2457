import { readConfig } from '../config';
import { guard } from '../guard';
import { loadBundles } from '../loader';
import { createLog, createTracker, type Call } from '../tracker';

/**
 * The script of `/script.js`: reads its own tag and puts the API on `window`. Calls made before it was there, as
 * `(window.analytics = window.analytics || []).push(['track', 'signup', {plan: 'pro'}])`, are made good.
 */
const start = () => {
  // A module has no currentScript.
  const script = document.currentScript ?? document.querySelector('script[data-website-id],script[data-domain]');
  const config = readConfig(script as HTMLScriptElement | null);
  const page = window as unknown as Record<string, unknown>;
  const waiting = page[config.global] as { track?: unknown; optOut?: unknown } | Call[] | undefined;
  const taken = waiting && 'track' in waiting;
  // A second tag would count everything twice.
  if (taken && 'optOut' in waiting) return;

  const tracker = createTracker(config, loadBundles);
  // Another library's API is not ours to replace, nor are its calls ours.
  if (taken) return createLog(config)(config.global + ' is taken');
  page[config.global] = tracker;
  // Not a queue: an element with that id, perhaps.
  if (Array.isArray(waiting)) waiting.forEach(call => tracker.push(call));
};

guard(start)();
