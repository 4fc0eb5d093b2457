// The whole script as a page gets it, from its tag to the wire. The golden payloads are read by the Collector's tests too:
// `npx vitest run -u` writes them anew.
import { beforeEach, expect, test, vi, type MockInstance } from 'vitest';
import type { Core } from '../src/track';
import type { Batch } from '../src/wire';
import { box, click, freshBrowser, NOW, ownDocument, sizes, visible } from './support';

freshBrowser();
ownDocument();

interface Api {
  track(name: string, properties?: object): void;
  pageview(url?: string): void;
  identify(id: string, traits?: object): void;
  reset(): void;
  flush(): void;
  push(call: unknown[]): void;
  use?(module: (core: Core) => void): void;
  ecommerce(step: string, sale?: object): void;
  consent(given: boolean): void;
  optOut(): void;
  optIn(): void;
}
const page = window as unknown as { analytics?: Api | unknown[] };
const analytics = () => page.analytics as Api;

// happy-dom says of itself that a program steers it; the golden payloads are a person's.
Object.defineProperty(navigator, 'webdriver', { value: false, configurable: true });

let sent: Batch[];
let bodies: string[];
let append: MockInstance<(...nodes: (Node | string)[]) => void>;

const load = async (attributes = '') => {
  document.head.innerHTML = `<title>Mug</title><script type="text/plain" data-website-id="shop" data-domain="shop.example" data-api-url="https://stats.example" data-disable-console data-allow-automation ${attributes}></script>`;
  // Each load is a page of its own: nothing of an earlier one may be in memory.
  vi.resetModules();
  await import('../src/faces/script');
  // The bundles' part: this browser runs no scripts of other hosts.
  const { captureAll } = await import('../src/captures');
  analytics()?.use?.(captureAll);
};

beforeEach(() => {
  delete page.analytics;
  append = vi.spyOn(document.head, 'append').mockImplementation(() => {});
  sent = [];
  bodies = [];
  let next = 0;
  vi.spyOn(crypto, 'getRandomValues').mockImplementation(array => {
    (array as Uint8Array).fill(++next);
    return array;
  });
  vi.stubGlobal('Request', class { get keepalive() { return false; } });
  vi.stubGlobal('fetch', (_: string, init: RequestInit) => {
    bodies.push(init.body as string);
    sent.push(JSON.parse(init.body as string) as Batch);
    return Promise.resolve(new Response('{"accepted":1,"refused":[]}', { status: 202 }));
  });
  vi.spyOn(Intl, 'DateTimeFormat').mockImplementation(function () {
    return { resolvedOptions: () => ({ timeZone: 'Europe/Madrid' }) } as Intl.DateTimeFormat;
  });
  Object.defineProperty(navigator, 'language', { value: 'en-GB', configurable: true });
  Object.defineProperty(document, 'referrer', { value: 'https://search.example/?q=mug', configurable: true });
  Object.defineProperty(screen, 'width', { value: 1920, configurable: true });
  Object.defineProperty(screen, 'height', { value: 1080, configurable: true });
  sizes({ document: [1280, 4000], viewport: [1280, 720] });
  document.addEventListener('click', event => event.preventDefault(), true);
  history.replaceState(null, '', 'https://shop.example/p/1?utm_source=nl#reviews');
});

const golden = (value: unknown) => JSON.stringify(value, null, 2) + '\n';

test('a pageview, as the Collector reads it', async () => {
  await load();
  await vi.advanceTimersByTimeAsync(500);
  expect(sent).toHaveLength(1);
  await expect(golden(sent[0])).toMatchFileSnapshot('golden/pageview.json');
});

test('a whole visit to a page, as the Collector reads it', async () => {
  document.body.innerHTML =
    '<main id="product"><button id="buy" class="btn">Buy</button><p>See <a class="maker" href="https://maker.example/mug">the maker</a> or <a href="/care.pdf">how to care</a></p></main>';
  const at = (selector: string, x: number, y: number, width: number, height: number) => {
    const element = document.querySelector(selector)!;
    box(element, x, y, width, height);
    return element;
  };
  await load();
  await vi.advanceTimersByTimeAsync(1_000);
  document.dispatchEvent(Object.assign(new Event('pointermove'), { pageX: 400, pageY: 300, pointerType: 'mouse' }));
  await vi.advanceTimersByTimeAsync(250);
  document.dispatchEvent(Object.assign(new Event('pointermove'), { pageX: 612, pageY: 402, pointerType: 'mouse' }));
  click(at('#buy', 600, 390, 100, 40), { clientX: 640, clientY: 410 });
  analytics().track('add_to_cart', { currency: 'EUR', items: [{ sku: 'p1', name: 'Mug', price: 24.95, quantity: 1 }], colour: 'blue' });
  sizes({ document: [1280, 4000], viewport: [1280, 720], scrollY: 1_280 });
  document.dispatchEvent(new Event('scroll'));
  await vi.advanceTimersByTimeAsync(1_000);
  click(at('.maker', 100, 500, 90, 20), { clientX: 145, clientY: 510 });
  click(at('a[href="/care.pdf"]', 200, 500, 120, 20), { clientX: 230, clientY: 505 });
  analytics().track('purchase', { revenue: 49.9, currency: 'EUR', order: 'A1', items: [{ sku: 'p1', name: 'Mug', price: 24.95, quantity: 2 }], coupon: 'X' });
  visible(false);
  await vi.advanceTimersByTimeAsync(0);
  expect(sent).toHaveLength(2);
  await expect(golden(sent[1])).toMatchFileSnapshot('golden/visit.json');
});

test('a sign-in, as the Collector reads it', async () => {
  await load();
  await vi.advanceTimersByTimeAsync(500);
  analytics().identify('user-7', { plan: 'pro', since: 2024 });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(sent).toHaveLength(2);
  await expect(golden(sent[1])).toMatchFileSnapshot('golden/identify.json');
});

test('a second tag tracks nothing; beside another library of that name the visit is tracked, and the name stays theirs', async () => {
  await load();
  const ours = page.analytics;
  await load();
  expect(page.analytics).toBe(ours);
  await vi.advanceTimersByTimeAsync(500);
  expect(sent.flatMap(batch => batch.events.map(event => event.name))).toEqual(['pageview']);

  // As Segment's snippet leaves it: a queue of its own calls, with its methods on it.
  sent = [];
  const theirs = Object.assign([['page', 'theirs']], { track: () => {}, push: vi.fn(), use: undefined });
  page.analytics = theirs;
  await load();
  await vi.advanceTimersByTimeAsync(500);
  expect(page.analytics).toBe(theirs);
  expect(sent.flatMap(batch => batch.events.map(event => event.name))).toEqual(['pageview']);
});

test('calls made before the script was there are made good, after the pageview', async () => {
  page.analytics = [['track', 'early', { a: 1 }], ['identify', 'ann']];
  await load();
  analytics().push(['track', 'late']);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(sent.flatMap(batch => batch.events.map(event => event.name))).toEqual(['pageview', 'early', 'identify', 'late']);
});

test('a page rendered ahead sends nothing, and keeps its calls, until it is shown', async () => {
  Object.assign(document, { prerendering: true });
  await load();
  analytics().track('early');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sent).toEqual([]);
  Object.assign(document, { prerendering: false });
  document.dispatchEvent(new Event('prerenderingchange'));
  await vi.advanceTimersByTimeAsync(500);
  expect(sent[0]!.events.map(event => [event.name, event.at])).toEqual([['pageview', 0], ['early', 0]]);
  expect(sent[0]!.page.at).toBe(NOW + 60_000);
});

test('a second tag changes nothing', async () => {
  await load();
  const first = page.analytics;
  await load();
  expect(page.analytics).toBe(first);
  await vi.advanceTimersByTimeAsync(500);
  expect(sent).toHaveLength(1);
});

test('an element that happens to have the name of the API is no obstacle', async () => {
  page.analytics = document.createElement('div') as unknown as Api;
  await load();
  expect(typeof analytics().track).toBe('function');
});

test('another name can be chosen', async () => {
  await load('data-global="stats"');
  expect(page.analytics).toBeUndefined();
  expect(typeof (window as unknown as { stats: Api }).stats.track).toBe('function');
});

test('a visitor who objects is not tracked, and the API does no harm', async () => {
  localStorage.setItem('analytics.optout', '1');
  await load();
  analytics().track('a');
  analytics().identify('ann');
  analytics().pageview('/x');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sent).toEqual([]);
  expect(Object.keys(localStorage)).toEqual(['analytics.optout']);
});

test('opting out ends it at once and for good; opting in begins as someone new', async () => {
  await load();
  await vi.advanceTimersByTimeAsync(500);
  analytics().track('secret');
  analytics().optOut();
  analytics().track('secret');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sent).toHaveLength(1);
  expect(Object.keys(localStorage)).toEqual(['analytics.optout']);
  analytics().optIn();
  analytics().track('again');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(sent.at(-1)!.events.map(event => event.name)).toContain('again');
  expect(sent.at(-1)!.visitor).not.toBe(sent[0]!.visitor);
});

test('what was collected before an opt-out goes no further, not even after an opt-in', async () => {
  await load();
  await vi.advanceTimersByTimeAsync(500);
  analytics().track('secret');
  analytics().optOut();
  analytics().optIn();
  analytics().track('again');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(sent.slice(1).flatMap(batch => batch.events.map(event => event.name))).toEqual(['again']);
});

test('no call can throw into the page', async () => {
  await load();
  const api = analytics() as unknown as Record<string, (...args: unknown[]) => void>;
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  for (const name of ['track', 'pageview', 'identify', 'reset', 'flush', 'use', 'push', 'optIn']) {
    for (const args of [[], [null], [undefined, null], [circle, circle], [Symbol('s')], ['http://['], ['a', { n: 1n }]]) {
      expect(() => api[name]!(...args), name).not.toThrow();
    }
  }
});

test('after a sign-out nothing connects the next visitor to the one before', async () => {
  await load();
  analytics().identify('ann');
  analytics().reset();
  analytics().track('a');
  await vi.advanceTimersByTimeAsync(10_000);
  const [before, after] = [sent[0]!, sent.at(-1)!];
  expect(after.user).toBeNull();
  expect(after.visitor).not.toBe(before.visitor);
  expect(after.session).not.toBe(before.session);
});

test('a page the tracker cannot see can be told', async () => {
  await load();
  analytics().pageview('/modal?x=1');
  await vi.advanceTimersByTimeAsync(500);
  expect(sent.at(-1)!.page).toMatchObject({ url: 'https://shop.example/modal?x=1', referrer: 'https://shop.example/p/1?utm_source=nl' });
});

test('where consent is required, nothing is collected before it, nor after it is withdrawn', async () => {
  page.analytics = [['track', 'too early']];
  await load('data-consent="required"');
  analytics().track('too early');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sent).toEqual([]);
  expect(Object.keys(localStorage)).toEqual([]);
  analytics().push(['consent', true]);
  analytics().track('agreed');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(sent.flatMap(batch => batch.events.map(event => event.name))).toEqual(['pageview', 'agreed']);
  analytics().consent(false);
  analytics().track('too late');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(JSON.stringify(sent)).not.toContain('too');
  expect(Object.keys(localStorage)).toEqual(['analytics.optout']);
});

test('without cookies nothing is in the browser, not even of the time before', async () => {
  localStorage.setItem('analytics.visitor', 'old');
  await load('data-cookieless');
  analytics().identify('ann');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(Object.keys(localStorage)).toEqual([]);
  expect(sent.map(batch => [batch.visitor, batch.session])).toEqual([[undefined, undefined], [undefined, undefined]]);
  expect(sent.at(-1)!.user).toBe('ann');
  analytics().optOut();
  expect(Object.keys(localStorage)).toEqual(['analytics.optout']);
});

test('what happens before the bundles are there is not missed', async () => {
  document.body.innerHTML = '<button data-analytics-event="signup" data-analytics-plan="pro">Go</button>';
  document.head.innerHTML = '<script type="text/plain" data-website-id="shop" data-api-url="https://stats.example" data-disable-console data-allow-automation></script>';
  vi.resetModules();
  await import('../src/faces/script');
  click(document.querySelector('button')!);
  window.dispatchEvent(Object.assign(new Event('error'), { message: 'Uncaught Error: early', filename: 'https://shop.example/a.js?x=1', lineno: 3, colno: 7, error: new Error('early') }));
  analytics().push(['ecommerce.addToCart', { item_id: 'p1', price: '24.95', currency: 'EUR' }]);
  const tag = append.mock.calls[0]![0] as HTMLScriptElement & { use(module: (core: Core) => void): void };
  expect(tag.src).toMatch(/\/t\/capture\.js$/);
  const { captureAll } = await import('../src/captures');
  tag.use(captureAll);
  tag.onload!(new Event('load'));
  await vi.advanceTimersByTimeAsync(10_000);
  const events = sent.flatMap(batch => batch.events);
  expect(events.map(event => event.name).sort()).toEqual(['add_to_cart', 'click', 'error', 'pageview', 'signup']);
  expect(events.find(event => event.name === 'signup')!.props).toEqual({ plan: 'pro' });
  expect(events.find(event => event.name === 'add_to_cart')).toMatchObject({ currency: 'EUR', items: [{ sku: 'p1', price: 24.95, quantity: 1 }] });
  expect((append.mock.calls.at(-1)![0] as HTMLScriptElement).src).toMatch(/\/t\/vitals\.js$/);
});

test('captures can be left out, each and all', async () => {
  document.head.innerHTML = '<script type="text/plain" data-website-id="shop" data-disable-console data-allow-automation data-capture="false" data-vitals="false" data-clicks="false" data-pageviews="false"></script>';
  vi.resetModules();
  await import('../src/faces/script');
  click(document.body);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(append).not.toHaveBeenCalled();
  expect(sent).toEqual([]);
});

test('a sale that no capture came for is told as it was given', async () => {
  document.head.innerHTML = '<script type="text/plain" data-website-id="shop" data-disable-console data-allow-automation></script>';
  vi.resetModules();
  await import('../src/faces/script');
  analytics().push(['ecommerce', 'purchase', { revenue: 10, currency: 'EUR', order: 'A1' }]);
  window.dispatchEvent(new Event('pagehide'));
  expect(sent[0]!.events.find(event => event.name === 'purchase')).toMatchObject({ name: 'purchase', revenue: 10, currency: 'EUR', order: 'A1' });
});
