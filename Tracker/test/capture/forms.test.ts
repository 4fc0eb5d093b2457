import { beforeEach, expect, test, vi } from 'vitest';
import { watchFocus } from '../../src/capture/focus';
import { watchForms } from '../../src/capture/forms';
import { click, freshBrowser, listeningCore, ownDocument, seenBy, trusted } from '../support';

freshBrowser();
ownDocument();

let seen: ReturnType<typeof seenBy>;

beforeEach(() => {
  document.body.innerHTML = `<form id="signup"><input name="email" type="email"><input id="pass" type="password"><textarea name="note"></textarea>
    <input type="hidden" name="token" value="hidden-secret"><button>Send</button></form><input name="search">`;
  begin();
});

const begin = () => {
  const { core, sent } = listeningCore();
  core.open('https://shop.example/', '');
  watchForms(core);
  watchFocus(core);
  seen = seenBy(core, sent);
};

const at = (selector: string) => document.querySelector(selector) as HTMLInputElement;
const fire = (selector: string, type: string, Kind: new (type: string, init?: EventInit) => Event = Event, init: EventInit & { detail?: unknown } = {}) =>
  at(selector).dispatchEvent(trusted(new Kind(type, { bubbles: type !== 'invalid', composed: true, ...init })));
const type = (selector: string, text: string, ms: number) => {
  fire(selector, 'focusin');
  at(selector).value = text;
  fire(selector, 'input');
  vi.advanceTimersByTime(ms);
  fire(selector, 'change');
  fire(selector, 'focusout');
};
const props = (name: string) => seen(name).map(event => event.props);

test('a form is begun with its first change, not with a look at it', () => {
  fire('[name=email]', 'focusin');
  fire('[name=email]', 'focusout');
  expect(props('form_start')).toEqual([]);
  type('[name=email]', 'ann@example.org', 100);
  type('[name=note]', 'hello', 100);
  expect(props('form_start')).toEqual([{ form: 'signup', field: 'email' }]);
});

test('a submit tells the time in each field, what was filled in again, and what was last', () => {
  type('[name=email]', 'ann@example.org', 3_000);
  type('#pass', 'hunter2', 2_000);
  type('[name=email]', 'bob@example.org', 1_000);
  fire('form', 'submit');
  expect(props('form_submit')).toEqual([{
    form: 'signup', duration: 6_000, last_field: 'email', filled: 2, field_ms: '{"email":4000,"pass":2000}', field_refills: '{"email":1}',
  }]);
});

test('no value is ever told', () => {
  type('[name=email]', 'ann-secret@example.org', 10);
  type('#pass', 'hunter2', 10);
  type('[name=note]', 'my secret', 10);
  fire('form', 'submit');
  fire('form', 'analytics:error', CustomEvent);
  seen.core.leave(true);
  seen('');
  expect(JSON.stringify(seen.sent)).not.toMatch(/secret|hunter2|example\.org"/);
});

test('a form that a script sends without a submit is not abandoned once the page says that it was taken', () => {
  type('[name=email]', 'a', 500);
  fire('[name=email]', 'analytics:success', CustomEvent);
  seen.core.leave(true);
  expect(seen('form_submit_success')).toHaveLength(1);
  expect(seen('form_abandon')).toEqual([]);
});

test('a form that is left unsent is abandoned, once the page is over', () => {
  type('[name=email]', 'a', 500);
  fire('[name=note]', 'focusin');
  vi.advanceTimersByTime(700);
  seen.core.leave(false);
  expect(props('form_abandon')).toEqual([]);
  seen.core.leave(true);
  expect(props('form_abandon')).toEqual([{ form: 'signup', duration: 1_200, last_field: 'email', filled: 1, field_ms: '{"email":500,"note":700}' }]);
  seen.core.leave(true);
  expect(props('form_abandon')).toHaveLength(1);
});

test('a form that was sent is not abandoned, unless it was refused or filled in again', () => {
  type('[name=email]', 'a', 500);
  fire('form', 'submit');
  seen.core.leave(true);
  expect(props('form_abandon')).toEqual([]);
  type('[name=email]', 'b', 500);
  fire('form', 'submit');
  fire('button', 'analytics:error', CustomEvent, { detail: 'taken' });
  seen.core.leave(true);
  expect(props('form_abandon')).toHaveLength(1);
});

test('another page of the application is also a page that is over', () => {
  type('[name=email]', 'a', 500);
  seen.core.open('https://shop.example/next', '');
  expect(seen.sent.find(batch => batch.events.some(event => event.name === 'form_abandon'))!.page.url).toBe('https://shop.example/');
});

test('the page says whether a form was taken', () => {
  fire('form', 'analytics:success', CustomEvent);
  fire('form', 'analytics:error', CustomEvent, { detail: 'e-mail is taken' });
  expect(props('form_submit_success')).toEqual([{ form: 'signup' }]);
  expect(props('form_submit_error')).toEqual([{ form: 'signup', reason: 'e-mail is taken' }]);
});

test('a page made on the server says it with an element', () => {
  document.body.innerHTML = '<p data-analytics-form-success="signup">Welcome</p><p data-analytics-form-error="login">No</p>';
  begin();
  expect(props('form_submit_success')).toEqual([{ form: 'signup' }]);
  expect(props('form_submit_error')).toEqual([{ form: 'login' }]);
});

test('fields that are invalid when the visitor sends are one error; a script\'s own check is none', () => {
  fire('[name=email]', 'invalid');
  vi.advanceTimersByTime(10);
  expect(props('form_submit_error')).toEqual([]);
  click(at('button'));
  fire('[name=email]', 'invalid');
  fire('#pass', 'invalid');
  vi.advanceTimersByTime(10);
  expect(props('form_submit_error')).toEqual([{ form: 'signup', reason: 'invalid', fields: 'email,pass' }]);
});

test('a form goes by its name, then its id, then where it is', () => {
  document.body.innerHTML = '<form name="search"><input name="id"></form><form id="f"><input name="id"></form><main><form><input name="id"></form></main>';
  document.querySelectorAll('input').forEach(input => input.dispatchEvent(new Event('change', { bubbles: true })));
  expect(props('form_start').map(given => given!.form)).toEqual(['search', 'f', 'body>main>form']);
});

test('going into a field is told, going back to it from another window is not', () => {
  fire('[name=email]', 'focusin');
  fire('[name=email]', 'focusin');
  fire('[name=search]', 'focusin');
  expect(props('input_focus')).toEqual([{ field: 'email', type: 'email', form: 'signup' }, { field: 'search', type: 'input' }]);
});
