import { beforeEach, expect, test, vi } from 'vitest';
import { watchDead } from '../../src/capture/dead';
import { declaredBy, watchDeclared } from '../../src/capture/declared';
import { watchRage } from '../../src/capture/rage';
import { click, freshBrowser, listeningCore, ownDocument, seenBy, trusted } from '../support';

freshBrowser();
ownDocument();

let seen: ReturnType<typeof seenBy>;

beforeEach(() => {
  document.body.innerHTML = '<button id="b">B</button><p id="p">text</p><a id="out" href="https://x.example/" target="_blank">x</a><select id="s"></select><span id="live" data-analytics-live>0</span>';
  document.addEventListener('click', event => event.preventDefault(), true);
  const { core, sent } = listeningCore();
  watchRage(core);
  watchDead(core);
  watchDeclared(core);
  core.open('https://shop.example/', '');
  seen = seenBy(core, sent);
});

const at = (id: string) => document.getElementById(id)!;
const clickAfter = (id: string, ms: number, where: Partial<MouseEventInit> = {}) => {
  vi.advanceTimersByTime(ms);
  const event = trusted(new MouseEvent('click', { bubbles: true, composed: true, cancelable: true, detail: 1, clientX: 10, clientY: 10, ...where }));
  Object.defineProperty(event, 'timeStamp', { value: Date.now() });
  at(id).dispatchEvent(event);
};

test('three clicks in one place within a second are rage, told once with how many there were', () => {
  for (const ms of [0, 200, 200, 200, 200]) clickAfter('b', ms);
  expect(seen('rage_click')).toEqual([]);
  vi.advanceTimersByTime(1_000);
  expect(seen('rage_click')).toMatchObject([{ props: { clicks: 5 }, element: { selector: '#b' }, x: 10, y: 10 }]);
});

test.each([
  ['two clicks', [0, 100], {}],
  ['slow clicks', [0, 600, 600, 600, 600], {}],
])('%s are none', (_, pauses) => {
  for (const ms of pauses as number[]) clickAfter('b', ms);
  vi.advanceTimersByTime(2_000);
  expect(seen('rage_click')).toEqual([]);
});

test('clicks that are apart are none', () => {
  [0, 40, 80, 120].forEach(clientX => clickAfter('b', 100, { clientX }));
  vi.advanceTimersByTime(2_000);
  expect(seen('rage_click')).toEqual([]);
});

test('three clicks that select a paragraph are none', () => {
  vi.stubGlobal('getSelection', () => 'text');
  for (let i = 0; i < 3; i++) clickAfter('p', 100);
  vi.advanceTimersByTime(2_000);
  expect(seen('rage_click')).toEqual([]);
});

test('three clicks that select what is in a field are none', () => {
  at('b').outerHTML = '<input id="b">';
  for (let i = 0; i < 3; i++) clickAfter('b', 100);
  vi.advanceTimersByTime(2_000);
  expect(seen('rage_click')).toEqual([]);
});

test('a rage that the page did not outlive is told on leaving', () => {
  for (let i = 0; i < 3; i++) clickAfter('b', 50);
  seen.core.leave(true);
  expect(seen('rage_click')).toHaveLength(1);
});

test('a click after which nothing happened is dead, once however often', async () => {
  for (let i = 0; i < 3; i++) clickAfter('b', 100);
  await vi.advanceTimersByTimeAsync(2_499);
  expect(seen('dead_click')).toMatchObject([{ element: { selector: '#b' } }]);
});

test.each<[string, () => void]>([
  ['the document changed', () => at('p').append('more')],
  ['the page scrolled', () => document.dispatchEvent(new Event('scroll'))],
  ['the focus went elsewhere', () => at('s').dispatchEvent(new Event('focusin', { bubbles: true }))],
  ['something was selected', () => document.dispatchEvent(new Event('selectionchange'))],
  ['another page of the application came', () => seen.core.open('https://shop.example/2', '')],
  ['the page is on its way out', () => window.dispatchEvent(new Event('beforeunload'))],
])('a click is not dead when %s', async (_, answer) => {
  clickAfter('b', 0);
  await vi.advanceTimersByTimeAsync(1_000);
  answer();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(seen('dead_click')).toEqual([]);
});

test('a component that answers inside itself is not dead', async () => {
  const inside = at('p').attachShadow({ mode: 'open' });
  inside.innerHTML = '<button>+</button><output>0</output>';
  const event = trusted(new MouseEvent('click', { bubbles: true, composed: true, cancelable: true, detail: 1 }));
  inside.querySelector('button')!.dispatchEvent(event);
  await vi.advanceTimersByTimeAsync(500);
  inside.querySelector('output')!.textContent = '1';
  await vi.advanceTimersByTimeAsync(5_000);
  expect(seen('dead_click')).toEqual([]);
});

test('what changes by itself is no answer', async () => {
  clickAfter('b', 0);
  await vi.advanceTimersByTimeAsync(500);
  at('live').textContent = '1';
  await vi.advanceTimersByTimeAsync(2_500);
  expect(seen('dead_click')).toHaveLength(1);
});

test.each(['p', 'out', 's'])('nothing is expected of a click on #%s', async id => {
  clickAfter(id, 0);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(seen('dead_click')).toEqual([]);
});

test('what looks like a button is one', async () => {
  at('p').style.cursor = 'pointer';
  clickAfter('p', 0);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(seen('dead_click')).toHaveLength(1);
});

const declared = (html: string) => {
  document.body.innerHTML = html;
  return declaredBy(document.body.firstElementChild!);
};

test.each([
  ['<a data-analytics-event="signup" data-analytics-plan="pro" data-analytics-from-page="home" data-other="x">', ['signup', { plan: 'pro', 'from-page': 'home' }]],
  ['<a data-umami-event="signup" data-umami-event-plan="pro">', ['signup', { plan: 'pro' }]],
  ['<a data-analytics-event="donate" data-analytics-revenue="9.5" data-analytics-currency="EUR">', ['donate', { revenue: 9.5, currency: 'EUR' }]],
  ['<a data-analytics-event=" ">', undefined],
  ['<a data-analytics-plan="pro">', undefined],
])('%s declares %o', (html, event) => expect(declared(html)).toEqual(event));

test('an event is declared for clicks within an element, and for the submit of a form', () => {
  document.body.innerHTML = '<a data-analytics-event="open" data-analytics-plan="pro" data-analytics-revenue="2"><b>x</b></a><form data-analytics-event="sent"><button>y</button></form>';
  click(document.querySelector('b')!);
  click(document.querySelector('button')!);
  expect(seen('open')).toMatchObject([{ revenue: 2, props: { plan: 'pro' }, element: { tag: 'A' } }]);
  document.querySelector('form')!.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }));
  expect(seen('sent')).toHaveLength(1);
});
