// The contract of POST /api/track, as its users wrote it down: one small request an action.
import { beforeEach, expect, test, vi } from 'vitest';
import { click, freshBrowser, ownDocument, visible } from '../support';

freshBrowser();
ownDocument();

interface Api {
  track(action: string, elementId?: string, data?: object): void;
  config(options?: object): Record<string, unknown>;
  identify(id: string): void;
  optOut(): void;
}
const page = window as unknown as { UserTracking?: Api };
const api = () => page.UserTracking!;

let requests: { url: string; body: Record<string, any>; headers: Record<string, string>; at: number }[];
let away: boolean;

const load = async (attributes = '') => {
  const script = document.createElement('script');
  script.type = 'text/plain';
  for (const each of ['data-api-url=https://stats.example', 'data-disable-console', 'data-allow-automation', ...attributes.split(' ').filter(Boolean)]) {
    const [name, value = ''] = each.split('=');
    script.setAttribute(name!, value);
  }
  Object.defineProperty(document, 'currentScript', { value: script, configurable: true });
  vi.resetModules();
  await import('../../src/faces/tracking');
};

beforeEach(() => {
  delete page.UserTracking;
  document.cookie = 'uid=;max-age=0';
  requests = [];
  away = false;
  vi.stubGlobal('Request', class { get keepalive() { return false; } });
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    requests.push({ url, body: JSON.parse(init.body as string) as object, headers: init.headers as Record<string, string>, at: Date.now() });
    return away ? Promise.reject(new TypeError('away')) : Promise.resolve(new Response('{"status":"success"}', { status: 202 }));
  });
  document.addEventListener('click', event => event.preventDefault(), true);
  document.body.innerHTML = '<form id="contact"><input id="email" name="email"><button id="submit-btn">Submit Form</button></form><p id="text">text</p><div id="tab" role="tab">Tab</div>';
  history.replaceState(null, '', 'https://shop.example/?utm_source=nl');
});

const settle = (ms = 300) => vi.advanceTimersByTimeAsync(ms);
const bodies = () => requests.map(({ body }) => body);
const at = (id: string) => document.getElementById(id)!;
const fire = (id: string, type: string) => at(id).dispatchEvent(new Event(type, { bubbles: true, cancelable: true }));

test('a page visit needs no configuration', async () => {
  await load();
  await settle();
  expect(requests).toMatchObject([{ url: 'https://stats.example/api/track', headers: { 'Content-Type': 'application/json', 'Idempotency-Key': expect.stringMatching(/^[0-9a-f-]{36}$/) } }]);
  expect(bodies()).toEqual([{ action_type: 'page_visit', page: '/', additional_data: expect.any(String) }]);
  expect(JSON.parse(bodies()[0]!.additional_data as string)).toMatchObject({ title: 'Mug', url: 'https://shop.example/?utm_source=nl' });
});

test('buttons, submits and focus are tracked as the contract says', async () => {
  await load();
  await settle();
  requests.length = 0;
  fire('email', 'focusin');
  click(at('submit-btn'));
  click(at('tab'));
  click(at('text'));
  fire('contact', 'submit');
  at('contact').dispatchEvent(new CustomEvent('analytics:success', { bubbles: true }));
  await settle();
  expect(bodies().map(body => [body.action_type, body.element_id])).toEqual([
    ['input_focus', 'email'], ['button_click', 'submit-btn'], ['button_click', 'tab'], ['form_submit', 'contact'], ['form_submit_success', 'contact'],
  ]);
  expect(bodies()[1]).toEqual({ action_type: 'button_click', page: '/', element_id: 'submit-btn', additional_data: '{"element_text":"Submit Form","element_type":"button"}' });
});

test('a call is an action with its element and its data', async () => {
  await load();
  await settle();
  requests.length = 0;
  api().track('content_view', 'article-123', { article_title: 'Sample Article', reading_time: '5 minutes' });
  api().track('bare');
  await settle();
  expect(bodies()).toEqual([
    { action_type: 'content_view', page: '/', element_id: 'article-123', additional_data: '{"article_title":"Sample Article","reading_time":"5 minutes"}' },
    { action_type: 'bare', page: '/' },
  ]);
});

test('every option can be set after the script has loaded', async () => {
  await load();
  expect(api().config({ debug: true, trackPageViews: false, trackButtonClicks: false, trackFormSubmissions: false, trackInputFocus: false, debounceTime: 500, maxRetries: 1, unknown: 1 })).toEqual({
    endpoint: '/api/track', trackPageViews: false, trackButtonClicks: false, trackFormSubmissions: false, trackInputFocus: false, debounceTime: 500, maxRetries: 1, debug: true,
  });
  click(at('submit-btn'));
  fire('email', 'focusin');
  fire('contact', 'submit');
  await settle(2_000);
  expect(requests).toEqual([]);
  api().track('custom');
  await settle(499);
  expect(requests).toEqual([]);
  await settle(1);
  expect(bodies()).toMatchObject([{ action_type: 'custom' }]);
});

test('the same action twice within the debounce time is one', async () => {
  await load();
  await settle();
  requests.length = 0;
  for (let i = 0; i < 5; i++) click(at('submit-btn'));
  await settle();
  click(at('submit-btn'));
  await settle();
  expect(requests).toHaveLength(2);
});

test('a request that failed is tried three times more, then rests; nothing is lost', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(1);
  await load();
  away = true;
  await settle(60_000);
  expect(requests).toHaveLength(4);
  away = false;
  api().track('later');
  await settle();
  expect(bodies().slice(4).map(body => body.action_type)).toEqual(['page_visit', 'later']);
  expect(new Set(requests.slice(0, 5).map(request => request.headers['Idempotency-Key'])).size).toBe(1);
});

test('a page that is left sends at once', async () => {
  await load();
  api().track('last');
  visible(false);
  expect(bodies().map(body => body.action_type)).toEqual(['page_visit', 'last']);
});

test('another endpoint can be chosen; one that ends in /batch gets the tracker\'s own contract', async () => {
  await load();
  api().config({ endpoint: '/api/other' });
  await settle();
  api().config({ endpoint: 'https://stats.example/collect/batch' });
  click(at('submit-btn'));
  api().track('signup', 'form', { plan: 'pro' });
  await settle();
  expect(requests.map(({ url }) => new URL(url).pathname)).toEqual(['/api/other', '/collect/batch']);
  expect(requests[1]!.body.events).toMatchObject([{ name: 'click', element: { id: 'submit-btn' } }, { name: 'signup', props: { plan: 'pro' }, element: { id: 'form' } }]);
});

test('the visitor is in the cookie that the contract knows, the user in its field', async () => {
  await load();
  api().identify('user-7');
  await settle();
  expect(document.cookie).toContain('uid=' + localStorage.getItem('analytics.visitor'));
  expect(bodies().at(-1)).toMatchObject({ user_id: 'user-7' });
  api().optOut();
  expect(document.cookie).not.toMatch(/uid=./);
});

test('no call can throw into the page', async () => {
  await load();
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  for (const args of [[], [null, null, null], ['a', 'b', circle], [Symbol('s')]]) expect(() => (api().track as (...args: unknown[]) => void)(...args)).not.toThrow();
  expect(() => (api().config as (given: unknown) => void)(null)).not.toThrow();
});

test('a second tag changes nothing', async () => {
  await load();
  const first = api();
  await load();
  expect(api()).toBe(first);
});
