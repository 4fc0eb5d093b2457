import { CLICKABLE, targetOf } from '../element';
import { guard } from '../guard';
import type { Core } from '../track';
import type { EventFields } from '../wire';

const CLICKS = 3;
const WITHIN_MS = 1_000;
const WITHIN_PX = 30;
/** Three clicks in a field select what is in it, and on its arrows count. */
const FIELDS = 'textarea,[contenteditable]:not([contenteditable=false]),input:not([type=button],[type=submit],[type=image],[type=reset],[type=checkbox],[type=radio])';

/** Three clicks and more in one place within a second: one `rage_click`, with how many there were, once they end. */
export const watchRage = (core: Core): void => {
  let burst: { x: number; y: number; times: number[]; count: number; fields?: EventFields } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const end = guard(() => {
    clearTimeout(timer);
    if (burst?.fields) core.add('rage_click', { ...burst.fields, props: { clicks: burst.count } });
    burst = undefined;
  });

  core.on<MouseEvent>(document, 'click', event => {
    const target = targetOf(event);
    if (!event.isTrusted || !target || event.button || !event.detail || target.closest(FIELDS)) return;
    // Three clicks on a text select its paragraph.
    if (!target.closest(CLICKABLE) && String(getSelection() ?? '')) return;
    if (!burst || Math.hypot(event.clientX - burst.x, event.clientY - burst.y) > WITHIN_PX) {
      end();
      burst = { x: event.clientX, y: event.clientY, times: [], count: 0 };
    }
    const now = event.timeStamp;
    burst.count++;
    burst.times = burst.times.filter(time => now - time < WITHIN_MS).concat(now);
    // Slow clicks are no rage, however many.
    if (!burst.fields && burst.times.length < burst.count) burst.count = burst.times.length;
    if (burst.times.length >= CLICKS) burst.fields ??= core.locate(event);
    clearTimeout(timer);
    timer = setTimeout(end, WITHIN_MS);
  });
  core.onLeave(end);
};
