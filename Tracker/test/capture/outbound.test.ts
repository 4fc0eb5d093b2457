import { beforeEach, expect, test } from 'vitest';
import { watchOutbound } from '../../src/capture/outbound';
import { describe } from '../../src/element';
import { on } from '../../src/guard';
import type { Core } from '../../src/track';
import type { EventFields } from '../../src/wire';
import { click, freshBrowser, ownDocument } from '../support';

freshBrowser();
ownDocument();

let seen: [name: string, fields: EventFields | undefined][];

beforeEach(() => {
  seen = [];
  // The document here would follow a link.
  document.addEventListener('click', event => event.preventDefault(), true);
  watchOutbound({ on, describe, add: (name: string, fields?: EventFields) => void seen.push([name, fields]) } as Core);
});

const place = (html: string) => {
  document.body.innerHTML = html;
  return document.querySelector('[data-hit]') as HTMLElement;
};

test.each([
  ['https://other.example/x#y', 'outbound', 'https://other.example/x#y'],
  ['https://shop.example:8443/', 'outbound', 'https://shop.example:8443/'],
  ['https://other.example/list.PDF?v=2', 'download', 'https://other.example/list.PDF?v=2'],
  ['/price-list.xlsx', 'download', 'https://shop.example/price-list.xlsx'],
])('a link to %s is an %s', (href, name, whole) => {
  click(place(`<a href="${href}" data-hit>Go</a>`));
  expect(seen.map(([kind]) => kind)).toEqual([name]);
  expect(seen[0]?.[1]).toEqual({ element: { selector: 'body>a', tag: 'A', text: 'Go', href: whole } });
});

test('a link marked as a download is one', () => {
  click(place('<a href="/report" download data-hit>Report</a>'));
  expect(seen.map(([kind]) => kind)).toEqual(['download']);
});

test.each(['/p/2', '#part', 'mailto:a@b.example', 'tel:1', 'javascript:void 0'])('a link to %s leads nowhere', href => {
  click(place(`<a href="${href}" data-hit>Go</a>`));
  expect(seen.map(([kind]) => kind)).toEqual([]);
});

test('the middle button opens a link, the right one a menu', () => {
  const link = place('<a href="https://other.example/" data-hit>Go</a>');
  click(link, { button: 2 }, 'auxclick');
  expect(seen).toEqual([]);
  click(link, { button: 1 }, 'auxclick');
  expect(seen.map(([kind]) => kind)).toEqual(['outbound']);
});
