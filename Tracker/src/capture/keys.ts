import { targetOf } from '../element';
import { guard } from '../guard';
import type { Core } from '../track';

const REPORT_MS = 10_000;
const NAMED = /^(Tab|Enter|Escape|Arrow(Up|Down|Left|Right)|Home|End|Page(Up|Down)|Backspace|Delete|F\d{1,2})$/;
const MODIFIER = /^(Shift|Control|Alt|AltGraph|Meta|CapsLock|NumLock|Fn|OS)$/;

// Even how many keys a secret takes is a secret's length.
export const SECRET = 'input[type=password],[autocomplete*=password],[autocomplete=one-time-code],[autocomplete*=cc-],[data-analytics-mask],[data-ub-ignore]';

/**
 * What may be said of a key press: the name of a key that moves or controls, "key" for one that may have typed
 * something, nothing for one that is held, that only modifies others, or that goes into a secret.
 */
export const keyName = (event: KeyboardEvent): string | undefined => {
  if (event.repeat || MODIFIER.test(event.key) || targetOf(event)?.closest(SECRET)) return undefined;
  return NAMED.test(event.key) ? event.key : 'key';
};

/** Keys, counted: `key_activity` says how many since the last one, by name where a key has one that types nothing. */
export const watchKeys = (core: Core): void => {
  let counts: Record<string, number> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const report = guard(() => {
    clearTimeout(timer);
    if (counts) core.add('key_activity', { props: counts });
    counts = undefined;
  });
  core.on<KeyboardEvent>(document, 'keydown', event => {
    const name = event.isTrusted && keyName(event);
    if (!name) return;
    if (!counts) timer = setTimeout(report, REPORT_MS);
    counts ??= { keys: 0 };
    counts.keys!++;
    counts[name] = (counts[name] ?? 0) + 1;
  });
  core.onLeave(report);
};
