import { beforeEach, expect, test, vi } from 'vitest';
import { uuid7 } from '../src/ids';
import { createTransport } from '../src/transport';
import { freshBrowser, NOW, ownDocument } from './support';

freshBrowser();
ownDocument();

type Answer = { status: number; retryAfter?: string } | 'away' | 'silent';

let answers: Answer[];
let requests: { url: string; body: Record<string, unknown>; at: number; keepalive: boolean }[];

beforeEach(() => {
  answers = [];
  requests = [];
  vi.spyOn(Math, 'random').mockReturnValue(1);
  vi.stubGlobal('Request', class { get keepalive() { return false; } });
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    requests.push({ url, body: JSON.parse(init.body as string) as Record<string, unknown>, at: Date.now() - NOW, keepalive: !!init.keepalive });
    const answer = answers.shift() ?? { status: 202 };
    if (answer === 'silent') return new Promise(() => {});
    if (answer === 'away') return Promise.reject(new TypeError('Failed to fetch'));
    return Promise.resolve(new Response(null, { status: answer.status, headers: answer.retryAfter ? { 'Retry-After': answer.retryAfter } : {} }));
  });
});

const open = () => createTransport('https://stats.example/collect/batch', () => {});
const send = (transport: ReturnType<typeof open>, leaving = false, text = '') => {
  const id = uuid7();
  transport.send(id, JSON.stringify({ batch: id, text }), leaving);
  vi.setSystemTime(Date.now() + 1); // ids sort by the millisecond
  return id;
};
const queued = () => Object.keys(localStorage).filter(key => key.startsWith('analytics.queue.'));
const ids = () => requests.map(request => request.body.batch);

test('a batch goes out stamped, and is forgotten once it is answered', async () => {
  const id = send(open());
  expect(queued()).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(0);
  expect(requests).toEqual([{ url: 'https://stats.example/collect/batch', body: { sentAt: NOW, batch: id, text: '' }, at: 0, keepalive: true }]);
  expect(queued()).toEqual([]);
});

test('one request at a time, in order', async () => {
  answers = ['silent'];
  const transport = open();
  const first = send(transport);
  send(transport);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(ids()).toEqual([first]);
});

test('all that waited goes out after the first', async () => {
  const transport = open();
  const sent = [send(transport), send(transport), send(transport)];
  await vi.advanceTimersByTimeAsync(0);
  expect(ids()).toEqual(sent);
});

test.each<[string, Answer]>([['is away', 'away'], ['answers 500', { status: 500 }], ['answers 502', { status: 502 }], ['answers 429', { status: 429 }], ['answers 408', { status: 408 }]])(
  'a server that %s is tried again later and later, with the same id and a new stamp', async (_, answer) => {
    answers = [answer, answer, answer];
    const id = send(open());
    await vi.advanceTimersByTimeAsync(60_000);
    expect(ids()).toEqual([id, id, id, id]);
    expect(requests.map(request => Math.round(request.at / 100) / 10)).toEqual([0, 1, 3, 7]);
    expect(requests.map(request => request.body.sentAt)).toEqual(requests.map(request => NOW + request.at));
    expect(queued()).toEqual([]);
  });

test('retries are at most a minute apart', async () => {
  answers = Array<Answer>(30).fill('away');
  send(open());
  await vi.advanceTimersByTimeAsync(20 * 60_000);
  const gaps = requests.slice(1).map((request, i) => request.at - requests[i]!.at);
  expect(Math.max(...gaps)).toBe(60_000);
  expect(requests.length).toBeLessThan(27);
});

test('Retry-After is obeyed, up to five minutes', async () => {
  answers = [{ status: 503, retryAfter: '20' }, { status: 503, retryAfter: '86400' }];
  send(open());
  await vi.advanceTimersByTimeAsync(19_999);
  expect(requests).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(6_000);
  expect(requests).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(376_000);
  expect(requests).toHaveLength(3);
});

test('a refused batch is dropped, and the next one goes out', async () => {
  answers = [{ status: 400 }];
  const transport = open();
  const sent = [send(transport), send(transport)];
  await vi.advanceTimersByTimeAsync(0);
  expect(ids()).toEqual(sent);
  expect(queued()).toEqual([]);
});

test('what one page could not send, the next one does, after its own', async () => {
  answers = ['silent'];
  const left = send(open());
  const own = send(open());
  await vi.advanceTimersByTimeAsync(0);
  expect(ids()).toEqual([left, own, left]);
  expect(queued()).toEqual([]);
});

test.each<[string, Answer]>([['the server was well', { status: 202 }], ['the server was away', 'away']])(
  'nobody saw the answer to what a page sent with its last breath, so the next page sends it again: %s', async (_, before) => {
    answers = before === 'away' ? ['away', 'silent', 'silent'] : [before, 'silent'];
    const dying = open();
    const first = send(dying);
    await vi.advanceTimersByTimeAsync(1);
    const last = send(dying, true);
    requests.length = 0;
    const own = send(open());
    await vi.advanceTimersByTimeAsync(0);
    expect(ids()).toEqual(before === 'away' ? [own, first, last] : [own, last]);
    expect(queued()).toEqual([]);
  });

test('an answer that a hidden page sees is an answer: nothing is sent twice', async () => {
  send(open(), true);
  await vi.advanceTimersByTimeAsync(0);
  requests.length = 0;
  const own = send(open());
  await vi.advanceTimersByTimeAsync(0);
  expect(ids()).toEqual([own]);
});

test('it is sent again when the server is away now', async () => {
  answers = ['silent', { status: 503, retryAfter: '60' }];
  send(open(), true);
  send(open());
  await vi.advanceTimersByTimeAsync(0);
  expect(queued()).toHaveLength(2);
});

test('a page out of the back/forward cache takes over what later pages left', async () => {
  const cached = open();
  answers = ['silent'];
  const left = send(open());
  vi.setSystemTime(NOW + 60_000);
  window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
  const own = send(cached);
  await vi.advanceTimersByTimeAsync(0);
  expect(ids()).toEqual([left, own, left]);
});

test('what another tab has sent meanwhile is not sent again', async () => {
  answers = ['silent'];
  const left = send(open());
  const transport = open();
  localStorage.removeItem('analytics.queue.' + left);
  send(transport);
  await vi.advanceTimersByTimeAsync(0);
  expect(ids().filter(id => id === left)).toHaveLength(1);
});

test('a batch older than the memory of the server is given up', async () => {
  answers = ['silent'];
  const old = send(open());
  vi.setSystemTime(NOW + 23 * 3_600_000 + 1);
  const own = send(open());
  await vi.advanceTimersByTimeAsync(0);
  expect(ids()).toEqual([old, own]);
  expect(queued()).toEqual([]);
});

test('the queue is bounded; the oldest go first', async () => {
  answers = Array<Answer>(200).fill('away');
  const transport = open();
  const sent = Array.from({ length: 110 }, () => send(transport));
  expect(queued().sort()).toEqual(sent.slice(10).map(id => 'analytics.queue.' + id));
});

test('a page that leaves does not wait for its turn', async () => {
  answers = ['silent'];
  const transport = open();
  const sent = [send(transport), send(transport, true)];
  expect(ids()).toEqual(sent);
  expect(requests[1]!.keepalive).toBe(true);
});

test('what waits for its turn goes with a page that leaves, but what is on its way does not go again', () => {
  answers = ['silent'];
  const transport = open();
  const sent = [send(transport), send(transport), send(transport, true)];
  expect(ids()).toEqual(sent);
});

test('a page that left and came back does not send twice what was answered', async () => {
  const transport = open();
  send(transport, true);
  await vi.advanceTimersByTimeAsync(0);
  send(transport);
  await vi.advanceTimersByTimeAsync(0);
  expect(new Set(ids()).size).toBe(requests.length);
  expect(queued()).toEqual([]);
});

test('a browser without keepalive gets a beacon, and the next page makes sure', async () => {
  const beacon = vi.fn<(url: string, body: string) => boolean>(() => true);
  vi.stubGlobal('Request', class {});
  Object.defineProperty(navigator, 'sendBeacon', { value: beacon, configurable: true });
  const id = send(open(), true);
  vi.setSystemTime(NOW + 3_600_000);
  expect(JSON.parse(beacon.mock.calls[0]![1])).toEqual({ sentAt: NOW, batch: id, text: '' });
  expect(requests).toEqual([]);
  const own = send(open());
  await vi.advanceTimersByTimeAsync(0);
  expect(ids()).toEqual([own, id]);
});

test('a body too big for keepalive is sent without', () => {
  send(open(), false, 'x'.repeat(20_000));
  expect(requests[0]!.keepalive).toBe(false);
});

test('back on line, it does not wait out its pause', async () => {
  answers = ['away', 'away', 'away', 'away', 'away'];
  send(open());
  await vi.advanceTimersByTimeAsync(16_000);
  const before = requests.length;
  window.dispatchEvent(new Event('online'));
  await vi.advanceTimersByTimeAsync(1);
  expect(requests.length).toBe(before + 1);
});

test('another contract has its own queue, its own headers, and rests after so many attempts until there is something new', async () => {
  answers = ['away', 'away', 'away', 'away'];
  const init = vi.fn(() => ({ headers: { 'X-Id': '1' } }));
  const transport = createTransport('https://stats.example/x', () => {}, { queue: 'other.', body: stored => stored, init, retries: () => 2 });
  const first = send(transport);
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(ids()).toEqual([first, first, first]);
  expect(requests[0]!.body).not.toHaveProperty('sentAt');
  expect(Object.keys(localStorage)).toEqual(['analytics.other.' + first]);
  const second = send(transport);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ids().slice(3)).toEqual([first, first, second]);
  expect(init).toHaveBeenLastCalledWith(second);
});

test('cleared, nothing is left to send', async () => {
  answers = ['away'];
  const transport = open();
  send(transport);
  await vi.advanceTimersByTimeAsync(1);
  transport.clear();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(requests).toHaveLength(1);
  expect(queued()).toEqual([]);
});
