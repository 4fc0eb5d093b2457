import { beforeEach, expect, test, vi } from 'vitest';
import type { Metric } from 'web-vitals';
import type { Core } from '../../src/track';
import { freshBrowser, listeningCore, ownDocument, seenBy } from '../support';

freshBrowser();
ownDocument();

let measure: (metric: Partial<Metric>) => void;
let seen: ReturnType<typeof seenBy>;

beforeEach(async () => {
  const listeners: ((metric: Metric) => void)[] = [];
  const on = (listener: (metric: Metric) => void) => void listeners.push(listener);
  vi.doMock('web-vitals', () => ({ onLCP: on, onINP: () => {}, onCLS: () => {}, onFCP: () => {}, onTTFB: () => {} }));
  vi.resetModules();
  const { watchVitals } = (await import('../../src/capture/vitals')) as { watchVitals: (core: Core) => void };
  const { core, sent } = listeningCore();
  core.open('https://shop.example/first', '');
  watchVitals(core);
  measure = metric => listeners.forEach(listener => listener({ name: 'LCP', value: 0, rating: 'good', id: 'v1', navigationType: 'navigate', ...metric } as Metric));
  seen = seenBy(core, sent);
});

const told = () => {
  seen('');
  return seen.sent.flatMap(batch => batch.events.filter(event => event.name === 'web_vital').map(event => [new URL(batch.page.url).pathname, event.props!.metric, event.props!.value]));
};

test('a metric is told when the page is left, as it was last', () => {
  measure({ value: 1200.12345 });
  measure({ value: 1500.98765 });
  expect(told()).toEqual([]);
  seen.core.leave(true);
  expect(told()).toEqual([['/first', 'LCP', 1500.988]]);
  expect(seen('web_vital')[0]!.props).toEqual({ metric: 'LCP', value: 1500.988, rating: 'good', navigation: 'navigate', id: 'v1' });
});

test('a page that comes back into sight tells a metric again only when it changed', () => {
  measure({ name: 'CLS', value: 0.1 });
  seen.core.leave(false);
  seen.core.leave(false);
  measure({ name: 'CLS', value: 0.2 });
  seen.core.leave(true);
  expect(told()).toEqual([['/first', 'CLS', 0.1], ['/first', 'CLS', 0.2]]);
});

test('metrics belong to the page that was loaded, not to the application\'s next ones', () => {
  measure({ value: 1 });
  seen.core.open('https://shop.example/second', '');
  measure({ name: 'INP', value: 300 });
  seen.core.leave(true);
  expect(told()).toEqual([['/first', 'LCP', 1]]);
});

test('out of the back/forward cache a page is measured anew', () => {
  seen.core.open('https://shop.example/second', '');
  seen.core.open('https://shop.example/second', '');
  window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
  measure({ value: 20, id: 'v2', navigationType: 'back-forward-cache' });
  seen.core.leave(true);
  expect(told()).toEqual([['/second', 'LCP', 20]]);
});
