import type { Properties } from '../api';
import { targetOf } from '../element';
import type { Core } from '../track';

const PREFIXES = ['data-analytics-', 'data-umami-'] as const;
/** Ours that say something else. */
const OTHERS = /^(event|media|form-success|form-error)$/;
const MONEY = /^(revenue|currency|order)$/;

/** An event that the page's own markup declares: `data-analytics-event="signup" data-analytics-plan="pro"`, or Umami's form of it. */
export const declaredBy = (element: Element): [name: string, properties: Properties] | undefined => {
  for (const prefix of PREFIXES) {
    const name = element.getAttribute(prefix + 'event')?.trim();
    if (!name) continue;
    const lead = prefix === 'data-umami-' ? prefix + 'event-' : prefix;
    const properties: Record<string, unknown> = {};
    for (const { name: attribute, value } of Array.from(element.attributes)) {
      const key = attribute.slice(lead.length);
      if (attribute.startsWith(lead) && !OTHERS.test(key)) properties[key] = key === 'revenue' ? Number(value) : value;
    }
    return [name.slice(0, 120), properties as Properties];
  }
  return undefined;
};

/** Clicks on elements, and submits of forms, that declare an event. */
export const watchDeclared = (core: Core): void => {
  const happened = (event: Event) => {
    const element = targetOf(event)?.closest('[data-analytics-event],[data-umami-event]');
    if (!element || (element.localName === 'form') !== (event.type === 'submit')) return;
    const declared = declaredBy(element);
    if (!declared) return;
    const [name, properties] = declared;
    const fields: Record<string, unknown> = { element: core.describe(element) };
    const props: Record<string, unknown> = {};
    for (const key in properties) (MONEY.test(key) ? fields : props)[key] = properties[key];
    core.add(name, { ...fields, ...(Object.keys(props).length && { props }) });
  };
  core.on(document, 'click', happened);
  core.on(document, 'submit', happened);
};
