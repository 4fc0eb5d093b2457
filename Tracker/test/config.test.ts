import { expect, test } from 'vitest';
import { readConfig } from '../src/config';

const tag = (attributes: string) => {
  const holder = document.createElement('div');
  holder.innerHTML = `<a ${attributes}></a>`;
  return holder.firstElementChild as unknown as HTMLScriptElement;
};

test('the tag of 002 is understood as written', () => {
  const script = tag('data-website-id="your-website-id" data-domain="yourdomain.com" data-allow-localhost="true" data-debug="true"');
  Object.defineProperty(script, 'src', { value: 'https://stats.example/script.js' });
  expect(readConfig(script)).toEqual({
    site: 'your-website-id', domain: 'yourdomain.com', endpoint: 'https://stats.example/collect/batch',
    allowLocalhost: true, allowFile: false, allowAutomation: false, hash: false, debug: true, silent: false, global: 'analytics',
  });
});

test.each([
  ['data-website-id="id" data-domain="d.example"', 'id'],
  ['data-domain="d.example"', 'd.example'],
  ['', 'shop.example'],
])('the site of [%s] is %s', (attributes, site) => expect(readConfig(tag(attributes)).site).toBe(site));

test.each([
  ['data-api-url="https://a.example"', 'https://a.example/collect/batch'],
  ['data-api-url="https://a.example/x//"', 'https://a.example/x/collect/batch'],
  ['', 'https://shop.example/collect/batch'],
])('the endpoint of [%s] is %s', (attributes, endpoint) => expect(readConfig(tag(attributes)).endpoint).toBe(endpoint));

test.each([['data-debug', true], ['data-debug=""', true], ['data-debug="true"', true], ['data-debug="1"', true],
  ['data-debug="false"', false], ['data-debug="0"', false], ['data-debug="No"', false], ['', false]])(
  '[%s] means %s', (attributes, debug) => expect(readConfig(tag(attributes)).debug).toBe(debug));

test('without a tag of its own everything has its default', () => expect(readConfig(null).site).toBe('shop.example'));
