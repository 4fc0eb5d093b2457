import { expect, test } from 'vitest';
import { describe as describeElement, selectorOf } from '../src/element';
import { freshBrowser } from './support';

freshBrowser();

const place = (html: string) => {
  document.body.innerHTML = html;
  return document.querySelector('[data-hit]')!;
};

test.each([
  ['<main id="shop"><ul><li></li><li><a data-hit></a></li></ul></main>', '#shop>ul>li:nth-of-type(2)>a'],
  ['<div><p></p><p><b data-hit></b></p></div>', 'body>div>p:nth-of-type(2)>b'],
  ['<div id=":r1:"><a data-hit></a></div>', 'body>div>a'],
  ['<div id="radix-7"><a data-hit></a></div>', 'body>div>a'],
  ['<div id="ember1428"><a data-hit></a></div>', 'body>div>a'],
  ['<div id="p2"><a data-hit></a></div>', '#p2>a'],
  ['<div id="twice"></div><div id="twice"><a data-hit></a></div>', 'body>div:nth-of-type(2)>a'],
])('in %s it is %s', (html, selector) => {
  const element = place(html);
  expect(selectorOf(element)).toBe(selector);
  expect(document.querySelectorAll(selector)).toHaveLength(1);
  expect(document.querySelector(selector)).toBe(element);
});

test('what else the page shows does not change a selector', () => {
  const alone = selectorOf(place('<main id="list"><article><a data-hit></a></article></main>'));
  const among = selectorOf(place('<p><a></a></p><main id="list"><article><a data-hit></a></article></main><article><a></a></article>'));
  expect(among).toBe(alone);
});

test('a selector has a greatest length, and keeps its end', () => {
  const selector = selectorOf(place('<section>'.repeat(60) + '<a data-hit></a>' + '</section>'.repeat(60)));
  expect(selector.length).toBeLessThanOrEqual(200);
  expect(selector.endsWith('section>section>a')).toBe(true);
});

test.each([
  ['<button data-hit>' + 'long '.repeat(50) + '</button>', ('long '.repeat(20)).slice(0, 100)],
  ['<a href="/" data-hit><b>Two</b> <i>parts</i></a>', 'Two parts'],
  ['<button aria-label="Close" data-hit><svg></svg></button>', 'Close'],
  ['<h1 data-hit>A heading</h1>', 'A heading'],
])('the text of %s is told', (html, text) => expect(describeElement(place(html)).text).toBe(text));

test.each([
  '<input data-hit value="secret">',
  '<input data-hit type="submit" value="secret">',
  '<textarea data-hit>secret</textarea>',
  '<select><option data-hit>secret</option></select>',
  '<div contenteditable><span data-hit>secret</span></div>',
  '<div contenteditable="true" data-hit>secret</div>',
  '<label data-hit>Note <textarea>secret</textarea></label>',
  '<a href="/" data-hit><span contenteditable="plaintext-only">secret</span></a>',
  '<article data-hit><p>secret</p><p>letter</p></article>',
  '<div data-analytics-mask><button data-hit>secret</button></div>',
  '<a href="/" data-hit>Account <b data-analytics-mask>secret</b></a>',
])('the text of %s is nobody\'s business', html => expect(JSON.stringify(describeElement(place(html)))).not.toContain('secret'));

test('a drawing has no class name that is text', () => {
  const info = describeElement(place('<svg class="icon" data-hit></svg>'));
  expect(info).toEqual({ selector: 'body>svg', tag: 'SVG', class: 'icon' });
});
