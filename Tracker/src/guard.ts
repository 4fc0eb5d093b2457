/** Nothing the tracker does may reach the page: every entry from it, a listener or a call, goes through here. */

let report: (error: unknown) => void = () => {};

export const reportFaultsTo = (to: (error: unknown) => void): void => {
  report = to;
};

export const guard =
  <A extends unknown[], R>(run: (...args: A) => R) =>
  (...args: A): R | undefined => {
    try {
      return run(...args);
    } catch (error) {
      report(error);
      return undefined;
    }
  };

/** Listens in the capture phase, so that a page's `stopPropagation` hides nothing, and passively, so that nothing is held up. */
export const on = <E extends Event>(target: EventTarget, type: string, listener: (event: E) => unknown): void =>
  target.addEventListener(type, guard(listener) as EventListener, { capture: true, passive: true });
