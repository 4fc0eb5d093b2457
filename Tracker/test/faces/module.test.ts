import { beforeEach, expect, test, vi } from 'vitest';
import type * as Module from '../../src/index';
import type { Batch } from '../../src/wire';
import { click, freshBrowser, ownDocument } from '../support';

freshBrowser();
ownDocument();

let sent: { url: string; body: Batch }[];
let init: typeof Module.init;

beforeEach(async () => {
  sent = [];
  vi.stubGlobal('Request', class { get keepalive() { return false; } });
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    sent.push({ url, body: JSON.parse(init.body as string) as Batch });
    return Promise.resolve(new Response('{}', { status: 202 }));
  });
  vi.doMock('web-vitals', () => ({ onLCP() {}, onINP() {}, onCLS() {}, onFCP() {}, onTTFB() {} }));
  vi.resetModules();
  ({ init } = await import('../../src/index'));
});

const names = () => sent.flatMap(({ body }) => body.events.map(event => event.name));
const options = { site: 'shop', endpoint: 'https://stats.example', silent: true, allowAutomation: true } as const;

test('init begins to track, and answers with the API', async () => {
  const tracker = init(options);
  tracker.track('signup', { plan: 'pro' });
  tracker.ecommerce.purchase({ transaction_id: 'A1', value: 9, currency: 'EUR' });
  await vi.waitFor(async () => {
    await vi.advanceTimersByTimeAsync(10_000);
    expect(names()).toContain('purchase');
  });
  expect(sent[0]!.url).toBe('https://stats.example/collect/batch');
  expect(names().sort()).toEqual(['pageview', 'purchase', 'signup']);
  expect(sent.flatMap(({ body }) => body.events).find(event => event.name === 'purchase')).toMatchObject({ revenue: 9, order: 'A1' });
});

test('a second init is the first one\'s', () => expect(init(options)).toBe(init(options)));

test('captures can be left out', async () => {
  init({ ...options, captures: { capture: false, clicks: false, vitals: false } });
  click(document.body);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(names()).toEqual(['pageview']);
});

test('the endpoint can be a whole address', async () => {
  init({ ...options, endpoint: 'https://stats.example/b' });
  await vi.advanceTimersByTimeAsync(500);
  expect(sent[0]!.url).toBe('https://stats.example/b');
});

test('on a server it can be imported and called, and does nothing', () => {
  vi.stubGlobal('document', undefined);
  const tracker = init(options);
  expect(() => {
    tracker.track('a');
    tracker.ecommerce.purchase({ revenue: 1 });
    tracker.consent(true);
  }).not.toThrow();
  expect(sent).toEqual([]);
});
