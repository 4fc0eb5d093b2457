import { expect, test, vi } from 'vitest';
import { optIn, optOut, refusal } from '../src/permission';
import { config, freshBrowser } from './support';

freshBrowser();

const at = (href: string) => vi.stubGlobal('location', new URL(href));
const browser = (over: object) => vi.stubGlobal('navigator', { ...{ doNotTrack: null, webdriver: false }, ...over });
const strict = { ...config, allowAutomation: false };

test('an ordinary visit is tracked', () => {
  browser({});
  expect(refusal(strict)).toBeUndefined();
});

test.each([{ doNotTrack: '1' }, { doNotTrack: 'yes' }, { globalPrivacyControl: true }])('%o is honoured', over => {
  browser(over);
  expect(refusal(strict)).toMatch(/^(GPC|DNT)$/);
});

test.each([{ doNotTrack: '0' }, { doNotTrack: 'unspecified' }, { globalPrivacyControl: false }])('%o is no objection', over => {
  browser(over);
  expect(refusal(strict)).toBeUndefined();
});

test('an opt-out lasts until the opt-in', () => {
  browser({});
  optOut();
  expect(refusal(strict)).toBe('opted out');
  optIn();
  expect(refusal(strict)).toBeUndefined();
});

test.each(['http://localhost:3000/', 'http://127.0.0.1/', 'http://127.8.0.1/', 'http://[::1]:80/', 'http://demo.localhost/'])(
  '%s needs data-allow-localhost', href => {
    browser({});
    at(href);
    expect(refusal(strict)).toContain('localhost');
    expect(refusal({ ...strict, allowLocalhost: true })).toBeUndefined();
  });

test.each(['https://localhost.example/', 'https://notlocalhost/', 'https://127.example/'])('%s is no localhost', href => {
  browser({});
  at(href);
  expect(refusal(strict)).toBeUndefined();
});

test('file: needs data-allow-file-protocol', () => {
  browser({});
  at('file:///home/page.html');
  expect(refusal(strict)).toContain('file');
  expect(refusal({ ...strict, allowFile: true })).toBeUndefined();
});

test('where consent is required, only a visitor who agreed is tracked, and until the answer is another', () => {
  browser({});
  const asked = { ...strict, consent: true };
  expect(refusal(asked)).toBe('data-consent');
  optIn();
  expect(refusal(asked)).toBeUndefined();
  optOut();
  expect(refusal(asked)).toBe('opted out');
});

test('automation needs data-allow-automation, wherever it runs', () => {
  browser({ webdriver: true });
  expect(refusal(strict)).toContain('automation');
  expect(refusal({ ...strict, allowAutomation: true })).toBeUndefined();
  at('file:///home/page.html');
  expect(refusal({ ...strict, allowFile: true })).toContain('automation');
});
