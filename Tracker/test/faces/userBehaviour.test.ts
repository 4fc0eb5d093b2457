// The public library's own words, options and results.
import { beforeEach, expect, test, vi } from 'vitest';
import { freshBrowser, NOW, ownDocument, sizes, trusted, visible } from '../support';

freshBrowser();
ownDocument();

type Results = Record<string, any>;
interface Api {
  config(options?: object): void;
  start(): void;
  stop(): void;
  showConfig(): Record<string, unknown>;
  showResult(): Results;
  processResults(): void;
  registerCustomEvent(name: string, callback?: (event: Event) => void): void;
  optOut(): void;
}
const page = window as unknown as { userBehaviour?: Api };
const api = () => page.userBehaviour!;

let posts: { url: string; body: Results; init: RequestInit }[];

beforeEach(async () => {
  delete page.userBehaviour;
  posts = [];
  vi.stubGlobal('Request', class { get keepalive() { return false; } });
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    posts.push({ url, body: JSON.parse(init.body as string) as Results, init });
    return Promise.resolve(new Response('{"status":"success","session_id":"s"}'));
  });
  document.body.innerHTML = '<div id="login" class="ui box"><input name="email"><input type="password"></div><form name="email_signup"></form><video></video>';
  history.replaceState(null, '', 'https://shop.example/');
  const script = document.createElement('script');
  script.type = 'text/plain';
  script.setAttribute('data-allow-automation', '');
  script.setAttribute('data-disable-console', '');
  Object.defineProperty(document, 'currentScript', { value: script, configurable: true });
  vi.resetModules();
  await import('../../src/faces/userBehaviour');
});

const act = () => {
  const input = document.querySelector('input')!;
  input.dispatchEvent(new MouseEvent('click', { bubbles: true, composed: true, clientX: 554, clientY: 542 }));
  document.dispatchEvent(new MouseEvent('mousemove', { clientX: 1031, clientY: 328 }));
  vi.advanceTimersByTime(1_000);
  sizes({ document: [1280, 4000], viewport: [1280, 720], scrollY: 400 });
  document.dispatchEvent(new Event('scroll'));
  for (const key of ['Enter', 's', '7']) input.dispatchEvent(trusted(new KeyboardEvent('keydown', { key, bubbles: true, composed: true })));
  document.querySelectorAll('input')[1]!.dispatchEvent(trusted(new KeyboardEvent('keydown', { key: 'x', bubbles: true, composed: true })));
  history.pushState(null, '', '/about');
  document.querySelector('form')!.dispatchEvent(new Event('submit', { bubbles: true }));
  document.dispatchEvent(Object.assign(new Event('touchstart'), { changedTouches: [{ clientX: 320.4, clientY: 480 }] }));
  const video = document.querySelector('video')!;
  Object.defineProperty(video, 'currentSrc', { value: 'https://shop.example/video.mp4?token=1', configurable: true });
  video.dispatchEvent(new Event('play'));
  sizes({ document: [1280, 4000], viewport: [800, 600] });
  window.dispatchEvent(new Event('resize'));
};

test('the results have the shape that the library\'s users know', () => {
  api().start();
  act();
  const at = NOW + 1_000;
  expect(api().showResult()).toEqual({
    userInfo: {
      windowSize: [800, 600], appCodeName: navigator.appCodeName, appName: navigator.appName, vendor: navigator.vendor, platform: navigator.platform, userAgent: navigator.userAgent,
    },
    time: { startTime: NOW, currentTime: at, stopTime: 0 },
    clicks: { clickCount: 1, clickDetails: [[554, 542, 'html>body>div.ui.box#login>input', NOW]] },
    mouseMovements: [[1031, 328, NOW]],
    mouseScroll: [[0, 400, at]],
    keyboardActivities: [['Enter', at], ['key', at], ['key', at]],
    navigationHistory: [['https://shop.example/about', at]],
    formInteractions: [['email_signup', at]],
    touchEvents: [['touchstart', 320, 480, at]],
    mediaInteractions: [['play', 'https://shop.example/video.mp4', at]],
    windowSizes: [[800, 600, at]],
    visibilitychanges: [],
    customEvents: [],
  });
});

test('every fifteen seconds what is new goes to /api/track-behavior/', async () => {
  api().start();
  act();
  await vi.advanceTimersByTimeAsync(14_000);
  expect(posts).toHaveLength(1);
  expect(posts[0]!.url).toBe('https://shop.example/api/track-behavior/');
  expect(posts[0]!.body).toMatchObject({
    page_url: 'https://shop.example/about', page_title: 'Mug', clicks: { clickCount: 1 }, visitor_id: localStorage.getItem('analytics.visitor'),
  });
  expect(localStorage.getItem('analytics.session')).toContain(posts[0]!.body.session_id as string);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(posts).toHaveLength(1);
  act();
  await vi.advanceTimersByTimeAsync(15_000);
  expect(posts).toHaveLength(2);
  expect(posts[1]!.body.clicks.clickCount).toBe(1);
});

test('processTime is in seconds, and false leaves it to the page', async () => {
  const processData = vi.fn();
  api().config({ processTime: 2, processData });
  api().start();
  await vi.advanceTimersByTimeAsync(6_000);
  expect(processData).toHaveBeenCalledTimes(3);
  api().stop();
  api().config({ processTime: false, processData });
  processData.mockClear();
  api().start();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(processData).not.toHaveBeenCalled();
  api().processResults();
  expect(processData).toHaveBeenCalledOnce();
});

test('config sets what is given and resets the rest; showConfig shows it all', () => {
  api().config({ clicks: false });
  api().config({ mouseScroll: false });
  expect(api().showConfig()).toEqual({
    userInfo: true, clicks: true, mouseMovement: true, mouseMovementInterval: 1, mouseScroll: false, mouseScrollInterval: 1, timeCount: true, clearAfterProcess: true,
    processTime: 15, windowResize: true, visibilitychange: true, keyboardActivity: true, sensitiveInputs: expect.stringContaining('[data-ub-ignore]'), keyCategoryOnly: true, pageNavigation: true, formInteractions: true, touchEvents: true,
    audioVideoInteraction: true, customEventRegistration: true, processData: expect.any(Function),
  });
});

test('what is switched off is not there', () => {
  api().config({
    userInfo: false, clicks: false, mouseMovement: false, mouseScroll: false, timeCount: false, windowResize: false, visibilitychange: false, keyboardActivity: false,
    pageNavigation: false, formInteractions: false, touchEvents: false, audioVideoInteraction: false, customEventRegistration: false,
  });
  api().start();
  api().registerCustomEvent('mine');
  act();
  window.dispatchEvent(new Event('mine'));
  const { clicks, time, ...lists } = api().showResult();
  expect(time).toEqual({ startTime: 0, currentTime: 0, stopTime: 0 });
  expect(clicks).toEqual({ clickCount: 0, clickDetails: [] });
  expect(Object.values(lists).flat()).toEqual([]);
});

test('nothing is captured before start and after stop, and stop processes what there is', () => {
  const processData = vi.fn();
  api().config({ processData });
  act();
  expect(api().showResult().clicks.clickCount).toBe(0);
  api().start();
  act();
  api().stop();
  expect(processData).toHaveBeenCalledOnce();
  expect(processData.mock.calls[0]![0]).toMatchObject({ clicks: { clickCount: 1 }, time: { stopTime: NOW + 2_000 } });
  act();
  expect(api().showResult().clicks.clickCount).toBe(0);
});

test('results that are kept are not sent twice', async () => {
  api().config({ clearAfterProcess: false, processTime: 1 });
  api().start();
  act();
  await vi.advanceTimersByTimeAsync(10_000);
  // The first second's, and what came after it.
  expect(posts.map(({ body }) => [body.clicks.clickCount, body.windowSizes.length])).toEqual([[1, 0], [0, 1]]);
  expect(api().showResult().clicks.clickCount).toBe(1);
});

test('each payload says how far the page was scrolled when its time began', async () => {
  sizes({ document: [1280, 4000], viewport: [1280, 720] });
  api().config({ processTime: 1 });
  api().start();
  for (const scrollY of [0, 700, 900]) {
    document.dispatchEvent(new MouseEvent('click', { bubbles: true }));
    sizes({ document: [1280, 4000], viewport: [1280, 720], scrollY });
    await vi.advanceTimersByTimeAsync(1_000);
  }
  expect(posts.map(({ body }) => (body.page_scroll as number[])[1])).toEqual([0, 0, 700]);
});

test('keys that go into what the page calls sensitive are not told', () => {
  api().config({ sensitiveInputs: '[name=email]' });
  api().start();
  act();
  expect(api().showResult().keyboardActivities).toEqual([]);
});

test('each payload says which page it began on, and how long each was seen', async () => {
  api().config({ visibilitychange: false });
  api().start();
  await vi.advanceTimersByTimeAsync(4_000);
  history.pushState(null, '', '/about');
  await vi.advanceTimersByTimeAsync(3_000);
  visible(false);
  await vi.advanceTimersByTimeAsync(60_000);
  visible(true);
  await vi.advanceTimersByTimeAsync(2_000);
  api().stop();
  expect(posts.map(({ body }) => [body.page_start, body.page_url, body.pageTimes])).toEqual([
    ['https://shop.example/', 'https://shop.example/about', [[4_000, NOW + 4_000], [3_000, NOW + 7_000]]],
    ['https://shop.example/about', 'https://shop.example/about', [[2_000, NOW + 69_000]]],
  ]);
});

test('a callback of the page\'s own runs whether anything is kept or not', () => {
  const callback = vi.fn();
  api().registerCustomEvent('cart:opened', callback);
  window.dispatchEvent(new CustomEvent('cart:opened'));
  expect(callback).toHaveBeenCalledOnce();
  expect(api().showResult().customEvents).toEqual([]);
});

test('an event of the page\'s own is kept by name and handed on', () => {
  const callback = vi.fn();
  api().registerCustomEvent('cart:opened', callback);
  api().start();
  window.dispatchEvent(new CustomEvent('cart:opened'));
  expect(api().showResult().customEvents).toEqual([['cart:opened', NOW]]);
  expect(callback).toHaveBeenCalledOnce();
});

test('a page that is hidden sends at once, and one that goes sends once', () => {
  api().start();
  act();
  visible(false);
  expect(posts).toHaveLength(1);
  expect(posts[0]!.body.visibilitychanges).toEqual([['hidden', NOW + 1_000]]);
  visible(true);
  window.dispatchEvent(new Event('pagehide'));
  visible(false);
  expect(posts).toHaveLength(2);
});

test('Django\'s check of a form\'s origin is answered', () => {
  document.cookie = 'csrftoken=abc';
  api().start();
  visible(false);
  expect(posts[0]!.init.headers).toMatchObject({ 'X-CSRFToken': 'abc', 'Content-Type': 'application/json' });
  document.cookie = 'csrftoken=;max-age=0';
});

test('a page\'s own processData that fails harms nothing', () => {
  api().config({ processData: () => { throw new Error('theirs'); } });
  api().start();
  act();
  expect(() => api().processResults()).not.toThrow();
  expect(api().showResult().clicks.clickCount).toBe(0);
});

test('a visitor who opted out is not tracked', () => {
  api().optOut();
  api().start();
  act();
  expect(api().showResult().clicks.clickCount).toBe(0);
  visible(false);
  expect(posts).toEqual([]);
});
