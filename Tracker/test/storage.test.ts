import { expect, test, vi } from 'vitest';
import { keys, read, remove, write } from '../src/storage';
import { freshBrowser } from './support';

freshBrowser();

test('what is written is read again, under our own prefix', () => {
  write('visitor', 'v');
  expect(read('visitor')).toBe('v');
  expect(localStorage.getItem('analytics.visitor')).toBe('v');
  remove('visitor');
  expect(read('visitor')).toBeNull();
});

test('keys are ours only, by prefix and in order', () => {
  localStorage.setItem('theirs', '1');
  localStorage.setItem('queue.x', '1');
  write('queue.b', '1');
  write('queue.a', '1');
  write('visitor', '1');
  expect(keys('queue.')).toEqual(['queue.a', 'queue.b']);
});

test('storage that throws is replaced by memory', () => {
  vi.stubGlobal('localStorage', new Proxy({}, { get: () => { throw new DOMException('denied', 'SecurityError'); } }));
  write('queue.a', '1');
  expect(read('queue.a')).toBe('1');
  expect(keys('queue.')).toEqual(['queue.a']);
  remove('queue.a');
  expect(read('queue.a')).toBeNull();
});

test('storage that is full keeps the newest in memory, not the stale value', () => {
  write('session', 'old');
  const full = { ...localStorage, getItem: () => 'old', setItem: () => { throw new DOMException('full', 'QuotaExceededError'); }, removeItem: () => {}, length: 0 };
  vi.stubGlobal('localStorage', full);
  write('session', 'new');
  expect(read('session')).toBe('new');
  remove('session');
});
