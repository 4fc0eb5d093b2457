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
    site: 'your-website-id', domain: 'yourdomain.com', endpoint: 'https://stats.example/collect/batch', modules: 'https://stats.example/t/',
    nonce: '', consent: false, cookieless: false, wants: expect.any(Function),
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
  ['data-endpoint="/b"', 'https://shop.example/b'],
  ['data-endpoint="/b" data-api-url="https://a.example/x/"', 'https://a.example/x/b'],
  ['data-endpoint="https://b.example/y" data-api-url="https://a.example"', 'https://b.example/y'],
])('the endpoint of [%s] is %s', (attributes, endpoint) => expect(readConfig(tag(attributes)).endpoint).toBe(endpoint));

test.each([['data-debug', true], ['data-debug=""', true], ['data-debug="true"', true], ['data-debug="1"', true],
  ['data-debug="false"', false], ['data-debug="0"', false], ['data-debug="No"', false], ['', false]])(
  '[%s] means %s', (attributes, debug) => expect(readConfig(tag(attributes)).debug).toBe(debug));

test('without a tag of its own everything has its default', () => expect(readConfig(null).site).toBe('shop.example'));

test('the endpoint and the bundles come from where the script came from', () => {
  const script = tag('data-endpoint="/b" data-modules="/m/"');
  Object.defineProperty(script, 'src', { value: 'https://stats.example/renamed/s.js' });
  expect(readConfig(script)).toMatchObject({ endpoint: 'https://stats.example/b', modules: 'https://stats.example/m/' });
});

test('every capture is wanted until it is switched off', () => {
  const { wants } = readConfig(tag('data-forms="false" data-media="off" data-touch data-errors="true"'));
  expect((['forms', 'media', 'touch', 'errors', 'keyboard'] as const).map(wants)).toEqual([false, false, true, true, true]);
});

test.each([['data-consent="required"', true], ['data-consent', true], ['data-consent="false"', false], ['', false]])(
  'consent is needed with [%s]: %s', (attributes, consent) => expect(readConfig(tag(attributes)).consent).toBe(consent));
