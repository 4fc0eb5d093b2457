import { expect, test, vi } from 'vitest';
import { optOut } from '../src/permission';
import { setUser } from '../src/session';
import { freshBrowser, listeningCore, NOW, sizes } from './support';

freshBrowser();

const names = (batch: { events: { name: string }[] } | undefined) => batch?.events.map(event => event.name);

test('a pageview is on its way within a second', () => {
  const { core, sent } = listeningCore();
  core.open('https://shop.example/', '');
  vi.advanceTimersByTime(499);
  expect(sent).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(names(sent[0])).toEqual(['pageview']);
});

test('what follows is gathered for ten seconds', () => {
  const { core, sent } = listeningCore();
  core.open('https://shop.example/', '');
  vi.advanceTimersByTime(500);
  core.add('a');
  vi.advanceTimersByTime(6_000);
  core.add('b');
  vi.advanceTimersByTime(3_999);
  expect(sent).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(names(sent[1])).toEqual(['a', 'b']);
  expect(sent[1]!.events.map(event => event.at)).toEqual([500, 6_500]);
});

test('an idle page sends nothing', () => {
  const { core, sent } = listeningCore();
  core.open('https://shop.example/', '');
  vi.advanceTimersByTime(3_600_000);
  expect(sent).toHaveLength(1);
});

test('events of one request belong to one page', () => {
  const { core, sent } = listeningCore();
  core.open('https://shop.example/a', '');
  core.add('on a');
  core.open('https://shop.example/b', 'https://shop.example/a');
  core.add('on b');
  core.flush();
  expect(sent.map(batch => [batch.page.url, batch.page.referrer, names(batch)])).toEqual([
    ['https://shop.example/a', '', ['pageview', 'on a']],
    ['https://shop.example/b', 'https://shop.example/a', ['pageview', 'on b']],
  ]);
});

test('what a module adds on leaving goes with the page that is left', () => {
  const { core, sent } = listeningCore();
  core.onLeave(() => core.add('bye', {}, true));
  core.open('https://shop.example/a', '');
  core.open('https://shop.example/b', '');
  expect(names(sent[0])).toEqual(['pageview', 'bye']);
});

test('a page that may be gone the next moment says so to the transport', () => {
  const { core, leaving } = listeningCore();
  core.open('https://shop.example/a', '');
  core.leave(true);
  expect(leaving).toEqual([true]);
});

test('the page is described as it is when its events go, not as it began', () => {
  sizes({ document: [1280, 2000], viewport: [1280, 720] });
  const { core, sent } = listeningCore();
  core.open('https://shop.example/', 'https://search.example/');
  document.title = 'Set by the application';
  sizes({ document: [1280, 4000], viewport: [1280, 720] });
  vi.advanceTimersByTime(500);
  expect(sent[0]!.page).toEqual({
    url: 'https://shop.example/', referrer: 'https://search.example/', title: 'Set by the application', at: NOW,
    viewport: [1280, 720], document: [1280, 4000], screen: [screen.width, screen.height], language: navigator.language,
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  });
});

test('a page whose document is already the next one is not measured again', () => {
  const { core, sent } = listeningCore();
  core.open('https://shop.example/a', '');
  document.title = 'B';
  core.open('https://shop.example/b', '', true);
  expect(sent[0]!.page.title).toBe('Mug');
});

test('a batch stays within what a browser carries for a page that is gone', () => {
  const { core, sent } = listeningCore();
  core.open('https://shop.example/', '');
  for (let i = 0; i < 40; i++) core.add('note', { props: { text: '雪'.repeat(1_000) } });
  core.flush();
  expect(sent.length).toBeGreaterThan(1);
  expect(sent.flatMap(batch => batch.events)).toHaveLength(41);
  for (const batch of sent) expect(new Blob([JSON.stringify(batch)]).size).toBeLessThan(60_000);
});

test('an event that has no JSON is refused alone', () => {
  const { core, sent } = listeningCore();
  core.open('https://shop.example/', '');
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  expect(() => core.add('bad', { props: circle })).toThrow();
  core.add('good');
  core.flush();
  expect(names(sent[0])).toEqual(['pageview', 'good']);
});

test('pointer samples wait for events, and are bounded', () => {
  const { core, sent } = listeningCore();
  core.open('https://shop.example/', '');
  vi.advanceTimersByTime(500);
  for (let i = 0; i < 299; i++) core.point('move', i + 0.4, 1);
  vi.advanceTimersByTime(60_000);
  expect(sent).toHaveLength(1);
  core.point('move', 299, 1);
  expect(sent[1]!.points?.move).toHaveLength(300);
  expect(sent[1]!.points?.move?.[7]).toEqual([7, 1, 500]);
  expect(sent[1]!.events).toEqual([]);
});

test('half an hour without a sign of life ends the session, and splits the batch', () => {
  const { core, sent } = listeningCore();
  core.open('https://shop.example/', '');
  vi.advanceTimersByTime(500);
  core.add('before');
  vi.setSystemTime(NOW + 31 * 60_000);
  core.add('after');
  core.flush();
  expect(sent.map(names)).toEqual([['pageview'], ['before'], ['after']]);
  expect(sent[1]!.session).toBe(sent[0]!.session);
  expect(sent[2]!.session).not.toBe(sent[1]!.session);
  expect(sent[2]!.visitor).toBe(sent[0]!.visitor);
});

test('an idle event belongs to the session it closes, however late', () => {
  const { core, sent } = listeningCore();
  core.open('https://shop.example/', '');
  vi.advanceTimersByTime(500);
  vi.setSystemTime(NOW + 60 * 60_000);
  core.add('pageleave', {}, true);
  core.flush();
  expect(sent[1]!.session).toBe(sent[0]!.session);
});

test('the user is on every batch after sign-in', () => {
  const { core, sent } = listeningCore();
  core.open('https://shop.example/', '');
  core.flush();
  setUser('ann');
  core.add('a');
  core.flush();
  expect(sent.map(batch => batch.user)).toEqual([null, 'ann']);
});

test('an opt-out stops also what was already collected, and writes no id', () => {
  const { core, sent } = listeningCore();
  core.open('https://shop.example/', '');
  localStorage.clear();
  optOut();
  core.add('a');
  core.leave(true);
  vi.advanceTimersByTime(60_000);
  expect(sent).toEqual([]);
  expect(Object.keys(localStorage)).toEqual(['analytics.optout']);
});

test('without cookies no id is made, sent or kept', () => {
  const { core, sent } = listeningCore({ cookieless: true });
  core.open('https://shop.example/', '');
  vi.setSystemTime(NOW + 31 * 60_000);
  core.add('a');
  core.flush();
  expect(sent).toHaveLength(1);
  expect(sent[0]).not.toHaveProperty('visitor');
  expect(sent[0]).not.toHaveProperty('session');
  expect(Object.keys(localStorage)).toEqual([]);
});

test('a module that fails on leaving takes nothing from the others', () => {
  const { core, sent } = listeningCore();
  core.onLeave(() => { throw new Error('bad module'); });
  core.onLeave(over => core.add(over ? 'over' : 'hidden'));
  core.open('https://shop.example/', '');
  core.leave(false);
  core.leave(true);
  expect(sent.flatMap(names)).toEqual(['pageview', 'hidden', 'over']);
});
