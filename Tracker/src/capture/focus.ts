import { targetOf } from '../element';
import type { Core } from '../track';
import { FIELD, formOf, nameOf, typeOf } from './fields';

/** A field that the visitor goes into. */
export const watchFocus = (core: Core): void => {
  let last: Element | null = null;
  core.on(document, 'focusin', event => {
    const field = targetOf(event)?.closest(FIELD) ?? null;
    // Back from another window the same field gets its focus again.
    if (field === last) return;
    last = field;
    if (!field) return;
    const form = formOf(field);
    core.add('input_focus', {
      element: core.describe(field),
      props: { field: nameOf(field), type: typeOf(field), ...(form && { form: nameOf(form) }) },
    });
  });
  core.onOpen(() => (last = null));
};
