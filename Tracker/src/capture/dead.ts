import { CLICKABLE, hitOf, targetOf } from '../element';
import { guard, on } from '../guard';
import type { Core } from '../track';
import type { EventFields } from '../wire';

const WAIT_MS = 2_500;
/** The answer to a click on these is not in the document, or is the browser's own. */
const ANSWERED = 'select,option,label,audio,video,canvas,embed,object,[contenteditable],input:not([type=button],[type=submit],[type=image],[type=reset])';
const LEADS_ELSEWHERE = 'a[download],a[target]:not([target=_self]),a[href]:not([href^="http"]):not([href^="/"]):not([href^="."]):not([href^="#"]):not([href=""])';
/** What changes by itself, a clock or a ticker, is no answer where the page says so. */
const LIVE = '[data-analytics-live]';
const SIGNS = ['scroll', 'input', 'change', 'toggle', 'selectionchange', 'submit', 'invalid', 'beforeunload', 'blur', 'visibilitychange', 'popstate', 'hashchange', 'fullscreenchange'];

const looksClickable = (target: Element) => !!target.closest(CLICKABLE) || getComputedStyle(target).cursor === 'pointer';

/** A click on what looks as if it would do something, after which nothing happened that a visitor could see. */
export const watchDead = (core: Core): void => {
  let waiting: { element: Element; fields: EventFields; timer: ReturnType<typeof setTimeout> } | undefined;

  const answered = () => {
    if (!waiting) return;
    clearTimeout(waiting.timer);
    waiting = undefined;
    watcher.disconnect();
  };
  const watcher = new MutationObserver(guard((changes: MutationRecord[]) => {
    if (!changes.every(({ target }) => (target instanceof Element ? target : target.parentElement)?.closest(LIVE))) answered();
  }));

  core.on<MouseEvent>(document, 'click', event => {
    const target = targetOf(event);
    if (!event.isTrusted || !target || event.button || target.closest(ANSWERED) || target.closest(LEADS_ELSEWHERE) || !looksClickable(target)) return;
    const element = hitOf(target);
    // Clicked again and again, it is dead once.
    if (waiting?.element === element) return;
    answered();
    waiting = {
      element,
      fields: core.locate(event),
      timer: setTimeout(guard(() => {
        const { fields } = waiting!;
        answered();
        core.add('dead_click', fields, true);
      }), WAIT_MS),
    };
    // A component answers inside itself: each tree from what was clicked up to the document.
    let tree: Node | null | undefined = target.shadowRoot ?? target.getRootNode();
    for (; tree; tree = (tree as ShadowRoot).host?.getRootNode()) {
      watcher.observe(tree, { subtree: true, childList: true, attributes: true, characterData: true });
    }
  });
  // Focus goes to a button with the press, before its click: one that moves later is an answer.
  for (const sign of [...SIGNS, 'focusin']) on(window, sign, answered);
  core.onOpen(answered);
  core.onLeave(answered);
};
