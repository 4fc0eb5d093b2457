// What happens to the page itself: media, size, sight, errors, scrolling and fingers.
import { beforeEach, expect, test, vi } from 'vitest';
import { bare, watchErrors } from '../../src/capture/errors';
import { watchMedia } from '../../src/capture/media';
import { watchResize } from '../../src/capture/resize';
import { watchScrolls } from '../../src/capture/scrolls';
import { watchTouches } from '../../src/capture/touches';
import { watchVisibility } from '../../src/capture/visibility';
import { freshBrowser, listeningCore, ownDocument, seenBy, sizes, visible } from '../support';

freshBrowser();
ownDocument();

let seen: ReturnType<typeof seenBy>;

beforeEach(() => {
  sizes({ document: [1280, 4000], viewport: [1280, 720] });
  const { core, sent } = listeningCore();
  for (const watch of [watchErrors, watchMedia, watchResize, watchScrolls, watchTouches, watchVisibility]) watch(core);
  core.open('https://shop.example/', '');
  seen = seenBy(core, sent);
});

const props = (name: string) => seen(name).map(event => event.props);
const points = (kind: 'scroll' | 'touch') => {
  seen.core.flush();
  return seen.sent.flatMap(batch => batch.points?.[kind] ?? []);
};

const player = (over: object = {}) => {
  document.body.innerHTML = '<video title="Tour"></video>';
  const video = document.querySelector('video')!;
  const set = (values: object) => {
    for (const [name, value] of Object.entries(values)) Object.defineProperty(video, name, { value, configurable: true });
  };
  set({ duration: 100, currentTime: 0, currentSrc: 'https://shop.example/media/tour%201.mp4?token=secret', seeking: false, ended: false, muted: false, loop: false, ...over });
  const fire = (type: string, values: object = {}) => {
    set(values);
    video.dispatchEvent(new Event(type));
  };
  return { video, fire };
};

test('media is played, paused and ended, and each quarter is told once', () => {
  const { fire } = player();
  fire('play');
  for (let currentTime = 0; currentTime <= 60; currentTime += 5) fire('timeupdate', { currentTime });
  fire('pause', { currentTime: 60 });
  fire('play');
  fire('timeupdate', { currentTime: 99 });
  fire('ended', { currentTime: 100, ended: true });
  expect(props('media_play').map(given => given!.position)).toEqual([0, 60]);
  expect(props('media_pause')).toEqual([{ media: 'Tour', kind: 'video', position: 60, duration: 100 }]);
  expect(props('media_progress').map(given => given!.percent)).toEqual([25, 50, 75]);
  expect(props('media_ended')).toEqual([{ media: 'Tour', kind: 'video', position: 100, duration: 100, percent: 100 }]);
});

test('media without a title goes by its file, without a query', () => {
  const { video, fire } = player();
  video.title = '';
  fire('play');
  expect(props('media_play')).toMatchObject([{ media: 'tour 1.mp4' }]);
});

test('a pause while seeking or at the end is none, and decoration is nobody\'s', () => {
  const { fire } = player();
  fire('pause', { seeking: true });
  fire('pause', { seeking: false, ended: true });
  const decoration = player({ muted: true, loop: true });
  decoration.fire('play');
  expect([...props('media_pause'), ...props('media_play')]).toEqual([]);
});

test('a window that rests at another size says so; a phone\'s address bar does not', () => {
  const resize = (width: number, height: number) => {
    sizes({ document: [1280, 4000], viewport: [width, height] });
    window.dispatchEvent(new Event('resize'));
  };
  resize(1000, 700);
  resize(800, 600);
  vi.advanceTimersByTime(500);
  resize(800, 660);
  vi.advanceTimersByTime(500);
  expect(props('resize')).toEqual([{ width: 800, height: 600 }]);
});

test('out of sight and back is told, with how long; a page that is over is left instead', () => {
  vi.advanceTimersByTime(3_000);
  visible(false);
  seen.core.leave(false);
  vi.advanceTimersByTime(5_000);
  visible(true);
  expect(props('visibility')).toEqual([{ state: 'hidden', ms: 3_000 }, { state: 'visible', ms: 5_000 }]);
  seen.core.leave(true);
  visible(false);
  seen.core.leave(false);
  expect(props('visibility')).toHaveLength(2);
});

const fail = (message: string, source = 'https://shop.example/app.js?v=3', line = 10, column = 5, error?: Error) =>
  window.dispatchEvent(Object.assign(new Event('error'), { message, filename: source, lineno: line, colno: column, error }));

test('an error that nobody caught is told, without query strings', () => {
  const error = new TypeError('x is not a function');
  error.stack = 'TypeError: x is not a function\n    at f (https://shop.example/app.js?v=3&user=ann:10:5)\n    at https://shop.example/lib.js#a:1:2';
  fail('Uncaught TypeError: x is not a function', undefined, 10, 5, error);
  expect(props('error')).toEqual([{
    kind: 'error', type: 'TypeError', message: 'x is not a function', source: 'https://shop.example/app.js', line: 10, column: 5,
    stack: 'TypeError: x is not a function\n    at f (https://shop.example/app.js:10:5)\n    at https://shop.example/lib.js:1:2',
  }]);
});

test('a promise that nobody caught is one too, and has its place from its stack', () => {
  const reason = new Error('no');
  reason.stack = 'Error: no\n    at g (https://shop.example/app.js:7:3)';
  window.dispatchEvent(Object.assign(new Event('unhandledrejection'), { reason }));
  window.dispatchEvent(Object.assign(new Event('unhandledrejection'), { reason: 'text' }));
  expect(props('error')).toMatchObject([{ kind: 'rejection', message: 'no', source: 'https://shop.example/app.js', line: 7, column: 3 }, { message: 'text', line: 0 }]);
});

test('each kind of error is told once a page, and not more than twenty', () => {
  for (let i = 0; i < 100; i++) fail('again');
  for (let i = 0; i < 100; i++) fail('other ' + i);
  expect(seen('error')).toHaveLength(20);
  seen.core.open('https://shop.example/2', '');
  fail('again');
  expect(seen('error')).toHaveLength(21);
});

test('noise is not told', () => {
  fail('Script error.', '');
  fail('ResizeObserver loop completed with undelivered notifications.');
  fail('boom', 'chrome-extension://abc/x.js');
  window.dispatchEvent(new Event('error'));
  expect(seen('error')).toEqual([]);
});

test.each([
  ['https://a.example/x.js?secret=1:10:5', 'https://a.example/x.js:10:5'],
  ['Loading https://a.example/x?token=1 failed', 'Loading https://a.example/x failed'],
  ['(https://a.example/#/u/7)', '(https://a.example/)'],
  ['what? no address', 'what? no address'],
  ['f@https://a.example/x.js:1:2', 'f@https://a.example/x.js:1:2'],
])('%s is %s', (text, told) => expect(bare(text)).toBe(told));

test('scrolling is sampled four times a second, and where it came to rest', () => {
  const scroll = (scrollY: number) => {
    sizes({ document: [1280, 4000], viewport: [1280, 720], scrollY });
    document.dispatchEvent(new Event('scroll'));
    vi.advanceTimersByTime(100);
  };
  for (const y of [10, 20, 30, 40, 50]) scroll(y);
  vi.advanceTimersByTime(1_000);
  expect(points('scroll').map(([, y]) => y)).toEqual([10, 30, 50]);
});

test('a finger is told where it is put down, and four times a second while it moves', () => {
  const touch = (type: string, pageX: number) => document.dispatchEvent(Object.assign(new Event(type), { changedTouches: [{ pageX, pageY: 7 }] }));
  touch('touchstart', 1);
  touch('touchmove', 2);
  vi.advanceTimersByTime(250);
  touch('touchmove', 3);
  touch('touchstart', 4);
  expect(points('touch').map(([x]) => x)).toEqual([1, 3, 4]);
});
