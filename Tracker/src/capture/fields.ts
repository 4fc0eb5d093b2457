import { selectorOf } from '../element';

const MAX = 100;

/** What a visitor fills in. */
export const FIELD = 'input:not([type=hidden],[type=submit],[type=button],[type=reset],[type=image]),textarea,select,[contenteditable]:not([contenteditable=false])';

/** The name of a form or a field: its own words for itself, never what is in it. */
export const nameOf = (element: Element): string =>
  (element.getAttribute('name') || element.getAttribute('id') || selectorOf(element)).slice(0, MAX);

export const typeOf = (element: Element): string => element.getAttribute('type')?.toLowerCase() || element.localName;

export const formOf = (element: Element): Element | null => element.closest('form,[role=form]');
