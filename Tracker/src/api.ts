import { forget, setUser } from './session';
import type { Core } from './track';
import type { EventFields, Item } from './wire';

/** `revenue`, `currency`, `order` and `items` are understood by the reports; everything else becomes the event's props. */
export type Properties = Pick<EventFields, 'revenue' | 'currency' | 'order' | 'items'> & Record<string, unknown>;

/** What a step of a sale is about: one product's fields flat, or `items`; GA4's and Segment's names are understood. */
export type Sale = Item & { items?: (Item & Record<string, unknown>)[]; order?: string; currency?: string; revenue?: number } & Record<string, unknown>;

/** The steps of a sale that the reports know, as calls; the events are named the same in snake_case. */
export const SALES = ['productView', 'listView', 'addToCart', 'removeFromCart', 'checkout', 'purchase', 'refund'] as const;

export type SaleStep = (typeof SALES)[number];

/** What a page can ask of the tracker. */
export const createCalls = (core: Core) => ({
  /** Something happened. */
  track(event: string, { revenue, currency, order, items, ...props }: Properties = {}): void {
    core.add(String(event), { revenue, currency, order, items, ...(Object.keys(props).length && { props }) } as EventFields);
  },

  /** A step of a sale. */
  ecommerce(step: SaleStep, sale: Sale = {}): void {
    core.sell(step.replace(/[A-Z]/g, letter => '_' + letter.toLowerCase()), sale);
  },

  /** A page the tracker cannot see by itself. */
  pageview(url: string = location.href, referrer: string = core.page.url): void {
    core.open(new URL(url, location.href).href, referrer);
  },

  /** The visitor is this user from now on. */
  identify(id: string, traits?: Record<string, unknown>): void {
    // What came before was somebody else's, or nobody's yet: the batch says whose it is.
    core.flush();
    setUser(String(id));
    core.add('identify', traits && { props: traits });
  },

  /** Signed out: what follows is another visitor's. */
  reset(): void {
    core.flush();
    forget();
  },

  /** Sends what is waiting. */
  flush: core.flush,

  /** Adds a capture module. */
  use(module: (core: Core) => void): void {
    module(core);
  },
});

export type Calls = ReturnType<typeof createCalls>;
