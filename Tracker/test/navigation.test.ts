import { beforeEach, expect, test, vi } from 'vitest';
import { watchNavigation, whenShown } from '../src/navigation';
import type { Core } from '../src/track';
import { config, freshBrowser, ownDocument, visible } from './support';

freshBrowser();
ownDocument();

const { pushState } = history;
let pages: [url: string, referrer: string, gone: boolean | undefined][];
let left: boolean[];

beforeEach(() => {
  history.replaceState(null, '', 'https://shop.example/start');
  pages = [];
  left = [];
});

const watch = (hash = false) =>
  watchNavigation({ config: { ...config, hash }, open: (url, referrer, gone) => void pages.push([url, referrer, gone]), leave: (over: boolean) => void left.push(over) } as Core);

test('the first page comes from the document', () => {
  Object.defineProperty(document, 'referrer', { value: 'https://search.example/', configurable: true });
  watch();
  expect(pages).toEqual([['https://shop.example/start', 'https://search.example/', undefined]]);
});

test('a page of the application has the one before it as its referrer', () => {
  watch();
  history.pushState(null, '', '/a');
  history.pushState(null, '', '/b?x=1');
  history.replaceState(null, '', '/c');
  expect(pages.slice(1)).toEqual([
    ['https://shop.example/a', 'https://shop.example/start', false],
    ['https://shop.example/b?x=1', 'https://shop.example/a', false],
    ['https://shop.example/c', 'https://shop.example/b?x=1', false],
  ]);
});

test('going back is a page too', () => {
  watch();
  history.pushState(null, '', '/a');
  pushState.call(history, null, '', '/start');
  window.dispatchEvent(new PopStateEvent('popstate'));
  expect(pages.at(-1)).toEqual(['https://shop.example/start', 'https://shop.example/a', true]);
});

test('a page that the Navigation API opens has no pushState, and one that both tell of is one', () => {
  const navigation = new EventTarget();
  vi.stubGlobal('navigation', navigation);
  const replace = history.pushState;
  // As browsers do: the event comes from within the call.
  history.pushState = function (this: History, ...args: Parameters<History['pushState']>) {
    replace.apply(this, args);
    navigation.dispatchEvent(new Event('currententrychange'));
  };
  watch();
  pushState.call(history, null, '', '/navigated');
  navigation.dispatchEvent(new Event('currententrychange'));
  history.pushState(null, '', '/pushed');
  expect(pages.slice(1)).toEqual([
    ['https://shop.example/navigated', 'https://shop.example/start', false],
    ['https://shop.example/pushed', 'https://shop.example/navigated', false],
  ]);
});

test('state without a new address is no page', () => {
  watch();
  history.replaceState({ scroll: 10 }, '');
  history.pushState({}, '', '/start#part');
  expect(pages).toHaveLength(1);
});

test('hashes are pages only when asked for', () => {
  watch(true);
  history.pushState({}, '', '#/a');
  expect(pages.at(-1)?.[0]).toBe('https://shop.example/start#/a');
});

test('what the browser refuses still reaches the page that asked for it', () => {
  watch();
  history.pushState = pushState;
  Object.assign(history, { pushState: () => { throw new DOMException('other origin', 'SecurityError'); } });
  watch();
  expect(() => history.pushState(null, '', 'https://other.example/')).toThrow('other origin');
});

test('state and this are handed through', () => {
  watch();
  history.pushState({ n: 1 }, '', '/a');
  expect(location.pathname).toBe('/a');
});

test('a page out of the back/forward cache is seen anew', () => {
  watch();
  window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: false }));
  expect(pages).toHaveLength(1);
  window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
  expect(pages).toHaveLength(2);
});

test('a page is left when it is hidden, and is over when it goes', () => {
  watch();
  visible(false);
  visible(true);
  expect(left).toEqual([false]);
  window.dispatchEvent(new Event('pagehide'));
  expect(left).toEqual([false, true]);
});

test('a page rendered ahead counts once it is shown', () => {
  const shown = vi.fn();
  Object.assign(document, { prerendering: true });
  whenShown(shown);
  expect(shown).not.toHaveBeenCalled();
  document.dispatchEvent(new Event('prerenderingchange'));
  expect(shown).toHaveBeenCalledOnce();
  Object.assign(document, { prerendering: false });
  whenShown(shown);
  expect(shown).toHaveBeenCalledTimes(2);
});
