import type { Core } from '../track';

const MAX_MESSAGE = 300;
const MAX_STACK = 1_500;
const MAX_A_PAGE = 20;
/** Noise that says nothing of the page: what browsers say for scripts they may not look into, and what an extension threw. */
const NOISE = /^Script error\.?$|^ResizeObserver loop/;
const EXTENSION = /^(chrome|moz|safari|safari-web|ms-browser)-extension:/;

/** An address without what may be personal in it: query and hash go, line and column stay. */
export const bare = (text: string): string => text.replace(/([a-z][\w+.-]*:\/\/[^\s?#'"()]*)[?#][^\s'"()]*?((?::\d+){0,2})(?=$|[\s'"()])/gi, '$1$2');

/** Errors that nobody caught: each kind once a page, and not more than twenty. */
export const watchErrors = (core: Core): void => {
  let seen = new Set<string>();

  const report = (thrown: unknown, message: string, source = '', line = 0, column = 0, kind: string) => {
    const stack = bare(String((thrown as Error | undefined)?.stack ?? ''));
    const place = /(\w[\w+.-]*:\/\/[^\s()]+?):(\d+):(\d+)/.exec(stack);
    const from = bare(source) || place?.[1] || '';
    const text = bare(message).slice(0, MAX_MESSAGE);
    const at = line || Number(place?.[2] ?? 0);
    const key = text + '\n' + from + '\n' + at;
    if (!text || NOISE.test(text) || EXTENSION.test(from) || seen.has(key) || seen.size >= MAX_A_PAGE) return;
    seen.add(key);
    core.add('error', {
      props: {
        kind,
        type: (thrown as Error | undefined)?.name || 'Error',
        message: text,
        source: from.slice(0, MAX_MESSAGE),
        line: at,
        column: column || Number(place?.[3] ?? 0),
        // Lines are cut whole.
        stack: stack.length > MAX_STACK ? stack.slice(0, stack.lastIndexOf('\n', MAX_STACK)) : stack,
      },
    }, true);
  };

  core.on<ErrorEvent>(window, 'error', event => {
    // An image that did not load is an error event too.
    if (typeof event.message === 'string') report(event.error, String((event.error as Error | undefined)?.message || event.message), event.filename, event.lineno, event.colno, 'error');
  });
  core.on<PromiseRejectionEvent>(window, 'unhandledrejection', event => {
    const { reason } = event;
    report(reason, String((reason as Error | undefined)?.message ?? reason), '', 0, 0, 'rejection');
  });
  core.onOpen(() => (seen = new Set()));
};
