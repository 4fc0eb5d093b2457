import { expect, test, vi } from 'vitest';
import { activeSession, forget, setUser, user, visitor } from '../src/session';
import { freshBrowser } from './support';

freshBrowser();

const minutes = (n: number) => vi.setSystemTime(Date.now() + n * 60_000);

test('a visitor keeps the id between pages', () => expect(visitor()).toBe(visitor()));

test('a session goes on for as long as no pause reaches 30 minutes', () => {
  const first = activeSession();
  for (let i = 0; i < 5; i++) {
    minutes(29);
    expect(activeSession()).toBe(first);
  }
});

test('a session ends after 30 minutes of nothing', () => {
  const first = activeSession();
  minutes(30);
  expect(activeSession()).not.toBe(first);
});

test('a session that another tab renewed goes on here', () => {
  const first = activeSession();
  minutes(25);
  localStorage.setItem('analytics.session', `${first} ${Date.now()}`);
  minutes(25);
  expect(activeSession()).toBe(first);
});

test('a clock set back by a day begins a new session', () => {
  const first = activeSession();
  minutes(-24 * 60);
  expect(activeSession()).not.toBe(first);
});

test('spoilt storage begins a new session', () => {
  for (const spoilt of ['', 'x', ' ', 'a b']) {
    localStorage.setItem('analytics.session', spoilt);
    expect(activeSession()).toMatch(/^[0-9a-f-]{36}$/);
  }
});

test('forgetting makes a new visitor of nobody we know', () => {
  const before = visitor();
  setUser('ann');
  expect(user()).toBe('ann');
  forget();
  expect(user()).toBeNull();
  expect(visitor()).not.toBe(before);
});
