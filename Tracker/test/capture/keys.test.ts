import { beforeEach, expect, test, vi } from 'vitest';
import { keyName, watchKeys } from '../../src/capture/keys';
import { freshBrowser, listeningCore, ownDocument, seenBy, trusted } from '../support';

freshBrowser();
ownDocument();

let seen: ReturnType<typeof seenBy>;

beforeEach(() => {
  const { core, sent } = listeningCore();
  watchKeys(core);
  core.open('https://shop.example/', '');
  seen = seenBy(core, sent);
});

const press = (key: string, on: Element = document.body, more: KeyboardEventInit = {}) => {
  const event = trusted(new KeyboardEvent('keydown', { key, bubbles: true, composed: true, ...more }));
  on.dispatchEvent(event);
  return event;
};

const name = (key: string) => {
  let told: string | undefined;
  document.body.addEventListener('keydown', event => (told = keyName(event)), { once: true });
  press(key);
  return told;
};

test.each(['Tab', 'Enter', 'Escape', 'ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'Home', 'End', 'PageUp', 'PageDown', 'Backspace', 'Delete', 'F1', 'F12'])(
  '%s moves or controls, and has a name', key => expect(name(key)).toBe(key));

test.each(['a', 'Z', '7', ' ', 'é', '雪', '€', 'Dead', 'Process', 'Unidentified', 'Insert', 'MediaPlayPause', 'F', 'Tabx'])(
  '"%s" may have typed something, and has none', key => expect(name(key)).toBe('key'));

test.each(['Shift', 'Control', 'Alt', 'Meta', 'CapsLock', 'AltGraph'])('%s alone does nothing', key => expect(name(key)).toBeUndefined());

test('keys are counted, and told after ten seconds', () => {
  for (const key of ['h', 'i', 'Tab', 'Tab', 'Enter']) press(key);
  press('x', document.body, { repeat: true });
  expect(seen('key_activity')).toEqual([]);
  vi.advanceTimersByTime(10_000);
  press('q');
  vi.advanceTimersByTime(10_000);
  expect(seen('key_activity').map(event => event.props)).toEqual([{ keys: 5, key: 2, Tab: 2, Enter: 1 }, { keys: 1, key: 1 }]);
});

test('what was counted goes with the page that is left', () => {
  press('a');
  seen.core.leave(false);
  expect(seen('key_activity').map(event => event.props)).toEqual([{ keys: 1, key: 1 }]);
});

test.each(['<input type="password">', '<input autocomplete="one-time-code">', '<input autocomplete="cc-number">', '<input autocomplete="new-password">'])(
  'not even how many keys went into %s', html => {
    document.body.innerHTML = html;
    for (const key of 'hunter2') press(key, document.body.firstElementChild!);
    press('Tab', document.body.firstElementChild!);
    seen.core.leave(true);
    expect(seen('key_activity')).toEqual([]);
  });

test('a key that a script pressed is nobody\'s', () => {
  document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'a', bubbles: true }));
  seen.core.leave(true);
  expect(seen('key_activity')).toEqual([]);
});
