import { beforeEach, expect, test } from 'vitest';
import { watchClicks } from '../src/clicks';
import { on } from '../src/guard';
import type { Core } from '../src/track';
import type { EventFields } from '../src/wire';
import { box, click, freshBrowser, ownDocument, sizes } from './support';

freshBrowser();
ownDocument();

let seen: [name: string, fields: EventFields | undefined][];

beforeEach(() => {
  seen = [];
  sizes({ document: [1280, 4000], viewport: [1280, 720], scrollY: 300 });
  // The document here would follow a link.
  document.addEventListener('click', event => event.preventDefault(), true);
  watchClicks({ on, add: (name: string, fields?: EventFields) => void seen.push([name, fields]) } as Core);
});

const place = (html: string) => {
  document.body.innerHTML = html;
  return document.querySelector('[data-hit]') as HTMLElement;
};

test('a click has its element, its place on the page and its place in the element', () => {
  const button = place('<button id="buy" class="btn primary" data-hit> Buy \n now </button>');
  box(button, 100, 200, 80, 40);
  click(button, { clientX: 132, clientY: 220 });
  expect(seen).toEqual([['click', { x: 132, y: 520, element: { selector: '#buy', tag: 'BUTTON', id: 'buy', class: 'btn primary', text: 'Buy now', ex: 0.4, ey: 0.5 } }]]);
});

test('a click on the icon is a click on its button', () => {
  click(place('<button id="buy"><svg data-hit><path/></svg>Buy</button>'));
  expect(seen[0]?.[1]?.element).toMatchObject({ selector: '#buy', tag: 'BUTTON', text: 'Buy' });
});

test('a click on a label is one click', () => {
  place('<label data-hit>Post <input type="radio" name="d"></label>');
  const [label, input] = [document.querySelector('label')!, document.querySelector('input')!];
  Object.defineProperty(label, 'control', { value: input, configurable: true });
  click(label);
  click(input);
  expect(seen.map(([, fields]) => fields?.element?.tag)).toEqual(['LABEL']);
  click(input);
  expect(seen.map(([, fields]) => fields?.element?.tag)).toEqual(['LABEL', 'INPUT']);
});

test('a click made by a script is nobody\'s', () => {
  place('<button id="buy" data-hit>Buy</button>').click();
  expect(seen).toEqual([]);
});

test('a click by the keyboard is in the middle of its element', () => {
  const button = place('<button id="buy" data-hit>Buy</button>');
  box(button, 100, 200, 80, 40);
  click(button, { detail: 0, clientX: 0, clientY: 0 });
  expect(seen[0]?.[1]).toMatchObject({ x: 140, y: 520, element: { ex: 0.5, ey: 0.5 } });
});

test('the right button opens a menu', () => {
  const link = place('<a href="https://other.example/" data-hit>Go</a>');
  click(link, { button: 2 }, 'auxclick');
  expect(seen).toEqual([]);
  click(link, { button: 1 }, 'auxclick');
  expect(seen.map(([kind]) => kind)).toEqual(['click']);
});

test('what the page stops is seen all the same', () => {
  const button = place('<button id="buy" data-hit>Buy</button>');
  button.addEventListener('click', event => event.stopImmediatePropagation());
  click(button);
  expect(seen).toHaveLength(1);
});

test('a click inside a shadow tree has the element in it', () => {
  const host = place('<x-card id="card" data-hit></x-card>');
  const root = host.attachShadow({ mode: 'open' });
  root.innerHTML = '<p><button>Buy</button></p>';
  click(root.querySelector('button')!);
  expect(seen[0]?.[1]?.element).toMatchObject({ selector: '#card>p>button', tag: 'BUTTON', text: 'Buy' });
});
