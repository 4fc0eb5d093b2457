import { expect, test, vi } from 'vitest';
import { watchPane } from '../src/capture/pane';
import { watchPageLeave } from '../src/pageleave';
import { freshBrowser, listeningCore, ownDocument, sizes, visible } from './support';

freshBrowser();
ownDocument();

const LONG = { document: [1280, 4000] as [number, number], viewport: [1280, 1000] as [number, number] };

const open = () => {
  const { core, sent } = listeningCore();
  watchPageLeave(core);
  core.open('https://shop.example/', '');
  const leaves = () => sent.flatMap(batch => batch.events).filter(event => event.name === 'pageleave').map(({ scroll, dwell }) => ({ scroll, dwell }));
  return { core, leaves };
};
const scrollTo = (y: number) => {
  sizes({ ...LONG, scrollY: y });
  document.dispatchEvent(new Event('scroll'));
};
const hide = (core: { leave(over: boolean): void }) => {
  visible(false);
  core.leave(false);
};

test('leaving tells how deep the page was seen and for how long', () => {
  sizes(LONG);
  const { core, leaves } = open();
  vi.advanceTimersByTime(3_000);
  scrollTo(1_000);
  scrollTo(200);
  vi.advanceTimersByTime(2_000);
  hide(core);
  expect(leaves()).toEqual([{ scroll: 50, dwell: 5_000 }]);
});

test('a page that is never scrolled was seen as far as its window reaches', () => {
  sizes(LONG);
  const { core, leaves } = open();
  hide(core);
  expect(leaves()).toEqual([{ scroll: 25, dwell: 0 }]);
});

test('a page shorter than its window was seen whole', () => {
  sizes({ document: [1280, 600], viewport: [1280, 1000] });
  const { core, leaves } = open();
  hide(core);
  expect(leaves()[0]?.scroll).toBe(100);
});

test('of an application that scrolls an element in place of the document, the element counts', () => {
  sizes({ document: [1280, 1000], viewport: [1280, 1000] });
  document.body.innerHTML = '<main style="overflow-y:auto"><ul></ul></main><nav></nav>';
  const pane = document.querySelector('main')!;
  for (const [name, value] of [['clientHeight', 900], ['scrollHeight', 3_600]] as const) Object.defineProperty(pane, name, { value });
  document.elementFromPoint = () => pane.firstElementChild;
  const { core, leaves } = open();
  watchPane(core);
  hide(core);
  visible(true);
  pane.scrollTop = 900;
  pane.dispatchEvent(new Event('scroll'));
  pane.scrollTop = 0;
  // A short list beside it is no page.
  document.querySelector('nav')!.dispatchEvent(new Event('scroll'));
  hide(core);
  expect(leaves().map(({ scroll }) => scroll)).toEqual([25, 50]);
});

test('time out of sight does not count', () => {
  sizes(LONG);
  const { core, leaves } = open();
  vi.advanceTimersByTime(2_000);
  hide(core);
  vi.advanceTimersByTime(3_600_000);
  visible(true);
  vi.advanceTimersByTime(4_000);
  hide(core);
  expect(leaves()).toEqual([{ scroll: 25, dwell: 2_000 }, { scroll: 25, dwell: 4_000 }]);
});

test('hidden twice at once is left once', () => {
  sizes(LONG);
  const { core, leaves } = open();
  vi.advanceTimersByTime(2_000);
  hide(core);
  core.leave(false);
  expect(leaves()).toHaveLength(1);
});

test('a glance between two tabs is told with the next leave', () => {
  sizes(LONG);
  const { core, leaves } = open();
  hide(core);
  for (let i = 0; i < 3; i++) {
    visible(true);
    vi.advanceTimersByTime(400);
    hide(core);
  }
  expect(leaves()).toEqual([{ scroll: 25, dwell: 0 }, { scroll: 25, dwell: 1_200 }]);
});

test('each page counts for itself', () => {
  sizes(LONG);
  const { core, leaves } = open();
  vi.advanceTimersByTime(3_000);
  scrollTo(3_000);
  core.open('https://shop.example/b', '');
  sizes(LONG);
  vi.advanceTimersByTime(1_000);
  core.open('https://shop.example/c', '');
  expect(leaves()).toEqual([{ scroll: 100, dwell: 3_000 }, { scroll: 100, dwell: 1_000 }]);
});

test('a page opened out of sight has no dwell until it is seen', () => {
  sizes(LONG);
  visible(false);
  const { core, leaves } = open();
  vi.advanceTimersByTime(60_000);
  visible(true);
  vi.advanceTimersByTime(1_500);
  hide(core);
  expect(leaves()).toEqual([{ scroll: 25, dwell: 1_500 }]);
});
