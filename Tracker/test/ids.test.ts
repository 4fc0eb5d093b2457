import { expect, test, vi } from 'vitest';
import { timeOf, uuid4, uuid7 } from '../src/ids';
import { freshBrowser, NOW } from './support';

freshBrowser();

const FORM = (version: number) => new RegExp(`^[0-9a-f]{8}-[0-9a-f]{4}-${version}[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`);

test('a visitor id is a UUIDv4, and no two are alike', () => {
  const ids = Array.from({ length: 1000 }, uuid4);
  for (const id of ids) expect(id).toMatch(FORM(4));
  expect(new Set(ids).size).toBe(1000);
});

test('a session id is a UUIDv7 that tells its time', () => {
  const id = uuid7();
  expect(id).toMatch(FORM(7));
  expect(timeOf(id)).toBe(NOW);
});

test('UUIDv7 sort by time', () => {
  const ids = [1, 1_000, 100_000, 10_000_000].map(ms => {
    vi.setSystemTime(NOW + ms);
    return uuid7();
  });
  expect([...ids].sort()).toEqual(ids);
});
