import { targetOf } from '../element';
import { guard } from '../guard';
import type { Core } from '../track';
import { FIELD, formOf, nameOf } from './fields';

/** So long after a press on a button or Enter, an invalid field is the answer to it and not to a script's own check. */
const INTENT_MS = 1_000;
const MAX_FIELDS = 40;
const MAX_MESSAGE = 200;

interface Field {
  ms: number;
  /** Times it was changed again after it had been left. */
  refills: number;
  changed: boolean;
  /** Changed since it was last entered. */
  fresh: boolean;
}

interface Filling {
  form: Element;
  name: string;
  fields: Map<string, Field>;
  startedAt: number;
  last: string;
  /** Changed since the last submit, and not reported as abandoned. */
  open: boolean;
}

/**
 * How a form is filled in: begun with its first change, submitted, answered, or abandoned when the page is over. Fields go
 * by name, with the time that was spent in each; what is in them is never read.
 */
export const watchForms = (core: Core): void => {
  const known = new Map<Element, Filling>();
  let within: { filling: Filling; field: Field; since: number } | undefined;
  let intentAt = -Infinity;

  const fillingOf = (form: Element): Filling => {
    let filling = known.get(form);
    if (!filling) known.set(form, (filling = { form, name: nameOf(form), fields: new Map(), startedAt: 0, last: '', open: false }));
    return filling;
  };

  const settle = () => {
    if (!within) return;
    const now = Date.now();
    within.field.ms += Math.max(0, now - within.since);
    within.since = now;
  };

  const enter = (element: Element | null) => {
    settle();
    within = undefined;
    const form = element && formOf(element);
    if (!form) return;
    const filling = fillingOf(form);
    const name = nameOf(element);
    let field = filling.fields.get(name);
    if (!field) {
      if (filling.fields.size >= MAX_FIELDS) return;
      filling.fields.set(name, (field = { ms: 0, refills: 0, changed: false, fresh: false }));
    }
    field.fresh = false;
    within = { filling, field, since: Date.now() };
  };

  const table = (filling: Filling, of: (field: Field) => number) => {
    const rows = [...filling.fields].map(([name, field]) => [name, of(field)] as const).filter(([, value]) => value);
    return rows.length ? JSON.stringify(Object.fromEntries(rows)) : undefined;
  };

  const summary = (filling: Filling) => {
    settle();
    return {
      form: filling.name,
      ...(filling.startedAt && { duration: Date.now() - filling.startedAt }),
      ...(filling.last && { last_field: filling.last }),
      filled: [...filling.fields.values()].filter(field => field.changed).length,
      field_ms: table(filling, field => field.ms),
      field_refills: table(filling, field => field.refills),
    };
  };

  const report = (name: string, form: Element, props: Record<string, unknown>, idle = false) => core.add(name, { element: core.describe(form), props }, idle);

  core.on(document, 'focusin', event => enter(targetOf(event)?.closest(FIELD) ?? null));
  core.on(document, 'focusout', () => enter(null));

  const changed = (event: Event) => {
    const element = targetOf(event)?.closest(FIELD);
    const form = element && formOf(element);
    if (!form) return;
    // A checkbox in Safari changes without a focus.
    if (within?.filling.form !== form || !within.filling.fields.get(nameOf(element))) enter(element);
    const filling = fillingOf(form);
    const field = filling.fields.get(nameOf(element));
    if (!filling.startedAt) {
      filling.startedAt = Date.now();
      report('form_start', form, { form: filling.name, field: nameOf(element) });
    }
    filling.open = true;
    filling.last = nameOf(element);
    if (field && !field.fresh) {
      if (field.changed) field.refills++;
      field.changed = field.fresh = true;
    }
  };
  core.on(document, 'input', changed);
  core.on(document, 'change', changed);

  core.on(document, 'submit', event => {
    const form = targetOf(event);
    if (!form) return;
    const filling = fillingOf(form);
    report('form_submit', form, summary(filling));
    filling.open = false;
  });

  const intended = (event: Event) => {
    if (!('key' in event) || event.key === 'Enter') intentAt = event.timeStamp;
  };
  core.on(document, 'click', intended);
  core.on(document, 'keydown', intended);

  let invalid: Map<Element, string[]> | undefined;
  core.on(document, 'invalid', event => {
    const element = targetOf(event);
    const form = element && formOf(element);
    if (!form || event.timeStamp - intentAt > INTENT_MS) return;
    if (!invalid) {
      invalid = new Map();
      // The browser tells of all invalid fields of a form in one go.
      setTimeout(guard(() => {
        invalid?.forEach((fields, each) => report('form_submit_error', each, { form: nameOf(each), reason: 'invalid', fields: fields.join(',') }));
        invalid = undefined;
      }));
    }
    const fields = invalid.get(form);
    if (fields) fields.push(nameOf(element));
    else invalid.set(form, [nameOf(element)]);
  });

  /** What only the page knows: whether it took what was submitted. */
  const answered = (name: string, form: Element, reason?: unknown) => {
    const filling = known.get(form);
    // A form that a script sends has no submit of its own.
    if (filling) filling.open = name === 'form_submit_error';
    report(name, form, { form: nameOf(form), ...(reason ? { reason: String(reason).slice(0, MAX_MESSAGE) } : {}) });
  };
  const declared = (event: Event) => {
    const form = targetOf(event)?.closest('form,[role=form]');
    if (form) answered('form_submit_' + event.type.slice('analytics:'.length), form, (event as CustomEvent).detail);
  };
  core.on(document, 'analytics:success', declared);
  core.on(document, 'analytics:error', declared);

  /** A page made on the server says it with an element that bears the form's name. */
  const look = () => {
    for (const answer of ['success', 'error'] as const) {
      document.querySelectorAll('[data-analytics-form-' + answer + ']').forEach(element =>
        core.add('form_submit_' + answer, { element: core.describe(element), props: { form: element.getAttribute('data-analytics-form-' + answer)! } }));
    }
  };
  if (document.readyState === 'loading') core.on(document, 'DOMContentLoaded', look);
  else look();

  core.onLeave(over => {
    settle();
    if (!over) return;
    known.forEach(filling => filling.open && report('form_abandon', filling.form, summary(filling), true));
    known.clear();
    within = undefined;
  });
};
