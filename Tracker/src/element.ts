import type { ElementInfo } from './wire';

const MAX_SELECTOR = 200;
const MAX_TEXT = 100;

/** What people mean to click: the button, not the icon in it. */
export const CLICKABLE = 'a[href],button,input,select,textarea,label,summary,[role=button],[role=link],[role=tab],[role=menuitem]';

/** What an event is about, in a shadow tree too. An event that was kept and is looked at later has lost its path. */
export const targetOf = (event: Event): Element | null => {
  const target = event.composedPath()[0] ?? event.target;
  return target instanceof Element ? target : null;
};

export const hitOf = (target: Element): Element => target.closest(CLICKABLE) ?? target;

/** What may hold typed text, or what the page's owner calls private. (An input has a value, which is never read, and no text.) */
const TYPED = 'textarea,select,option,[contenteditable]:not([contenteditable=false]),[data-analytics-mask]';

// Frameworks number their ids (":r1:", "ember428", "radix-12"): another visit would not find them again.
const isStable = (id: string) => /^[a-z][\w-]*$/i.test(id) && !/\d{3}|^(radix|headlessui|react|ember|mui)/i.test(id);

// Of a form with a field named "id", `id` is that field.
const idOf = (element: Element) => element.getAttribute('id') ?? '';

/** Out of a shadow tree it goes on at its host. */
const above = (element: Element): Element | null => element.parentElement ?? (element.getRootNode() as ShadowRoot).host ?? null;

const step = (element: Element): string => {
  const tag = element.localName;
  const parent = element.parentElement;
  const alike = parent ? Array.from(parent.children).filter(other => other.localName === tag) : [];
  return alike.length > 1 ? tag + ':nth-of-type(' + (alike.indexOf(element) + 1) + ')' : tag;
};

/**
 * A selector that finds the element again: from the nearest ancestor with a lasting id down, so that it stays the
 * same whatever else the page shows. Too long, it loses its head.
 */
export const selectorOf = (element: Element): string => {
  let path = '';
  for (let at: Element | null = element; at && at !== document.documentElement; at = above(at)) {
    const id = idOf(at);
    const anchor = isStable(id) && document.querySelectorAll('#' + id).length < 2;
    const longer = (anchor ? '#' + id : step(at)) + (path && '>' + path);
    if (longer.length > MAX_SELECTOR) break;
    path = longer;
    if (anchor) break;
  }
  return path;
};

const textOf = (element: Element): string => {
  // Of a big container the text says nothing, and might be anybody's letter.
  const isLabel = element.matches(CLICKABLE) || !element.childElementCount;
  if (!isLabel || element.closest(TYPED) || element.querySelector(TYPED)) return '';
  // innerText has a space between a title and its price; a drawing has none.
  return ((element as HTMLElement).innerText || element.getAttribute('aria-label') || '').replace(/\s+/g, ' ').trim().slice(0, MAX_TEXT);
};

export const describe = (element: Element): ElementInfo => {
  const names = element.getAttribute('class')?.trim().slice(0, MAX_TEXT);
  const id = idOf(element).slice(0, MAX_TEXT);
  const text = textOf(element);
  return {
    selector: selectorOf(element),
    tag: element.tagName.toUpperCase(),
    ...(id && { id }),
    ...(names && { class: names }),
    ...(text && { text }),
  };
};
