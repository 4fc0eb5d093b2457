import { watchFocus } from '../capture/focus';
import { watchForms } from '../capture/forms';
import { watchClicks } from '../clicks';
import { readConfig } from '../config';
import { guard } from '../guard';
import { uuid7 } from '../ids';
import { visitor } from '../session';
import { createLog, createTracker } from '../tracker';
import { createTransport, type Transport } from '../transport';
import type { Batch, TrackedEvent } from '../wire';

export interface TrackingOptions {
  /** `/api/track` and its contract; an address that ends in `/batch` gets the tracker's own contract. */
  endpoint: string;
  trackPageViews: boolean;
  trackButtonClicks: boolean;
  trackFormSubmissions: boolean;
  trackInputFocus: boolean;
  /** Milliseconds for which actions are gathered; the same one twice in that time is one. */
  debounceTime: number;
  /** Attempts after the first, in a row. */
  maxRetries: number;
  debug: boolean;
}

/** The body of `POST /api/track`. */
export interface Activity {
  action_type: string;
  page: string;
  element_id?: string;
  /** A JSON object as text. */
  additional_data?: string;
  user_id?: string;
  /** Of a tag that names one; else the page's host tells. */
  site_id?: string;
}

/** This face's names for what it tracks by itself, and the option that switches each. */
const AUTOMATIC: Record<string, [action: string, option: keyof TrackingOptions] | undefined> = {
  pageview: ['page_visit', 'trackPageViews'],
  click: ['button_click', 'trackButtonClicks'],
  form_submit: ['form_submit', 'trackFormSubmissions'],
  form_submit_success: ['form_submit_success', 'trackFormSubmissions'],
  form_submit_error: ['form_submit_error', 'trackFormSubmissions'],
  input_focus: ['input_focus', 'trackInputFocus'],
};
/** What the core sees besides, and this face's users never asked for. */
const OTHERS = /^(pageleave|form_start|form_abandon)$/;
/** What a click on is a button's click: not a text, and not a field, which has its focus. */
const BUTTONS = 'a[href],button,summary,label,input:is([type=button],[type=submit],[type=reset],[type=image],[type=checkbox],[type=radio]),[role=button],[role=link],[role=tab],[role=menuitem]';

const isWanted = (event: TrackedEvent, options: TrackingOptions): boolean => {
  const [, option] = AUTOMATIC[event.name] ?? [];
  // Called by hand it has no element, and is always wanted.
  if (!event.element?.selector && event.name !== 'pageview') return !OTHERS.test(event.name);
  return option ? !!options[option] : !OTHERS.test(event.name);
};

const activityOf = (event: TrackedEvent, batch: Batch): Activity => {
  const { element, props } = event;
  const data: Record<string, unknown> = event.name === 'pageview'
    ? { title: batch.page.title, referrer: batch.page.referrer, url: batch.page.url }
    : { ...(element?.text && { element_text: element.text }), ...(element?.tag && { element_type: element.tag.toLowerCase() }), ...props };
  const id = element?.id ?? props?.field ?? props?.form;
  return {
    action_type: AUTOMATIC[event.name]?.[0] ?? event.name,
    page: new URL(batch.page.url).pathname,
    ...(id ? { element_id: String(id) } : {}),
    ...(Object.keys(data).length && { additional_data: JSON.stringify(data) }),
    ...(batch.user && { user_id: batch.user }),
    ...(batch.site !== location.host && { site_id: batch.site }),
  };
};

/**
 * The script of `/tracking.js`: page visits, clicks, form submissions and focus without any configuration, over the same
 * core as `/script.js`. Only the last step differs: what the core gathered goes out as one small request an action.
 */
const start = () => {
  const script = document.currentScript as HTMLScriptElement | null;
  const page = window as unknown as Record<string, unknown>;
  const config = { ...readConfig(script), wants: (name: string) => name !== 'clicks' };
  if (page.UserTracking) return createLog(config)('window.UserTracking is taken');

  const options: TrackingOptions = {
    endpoint: script?.getAttribute('data-endpoint') || '/api/track',
    trackPageViews: true, trackButtonClicks: true, trackFormSubmissions: true, trackInputFocus: true,
    debounceTime: 300, maxRetries: 3, debug: config.debug,
  };
  const debug = (...what: unknown[]) => options.debug && createLog(config)(...what);
  const base = script?.getAttribute('data-api-url') || script?.src || location.href;

  /** A transport an endpoint, made when there is something for it: the page may yet choose another. */
  const transports: Record<string, Transport> = {};
  const transportTo = (endpoint: string, isOwn: boolean) => (transports[endpoint] ??= createTransport(endpoint, debug, isOwn ? undefined : {
    queue: 'activity.',
    body: stored => stored,
    init: id => ({ credentials: 'same-origin', headers: { 'Content-Type': 'application/json', 'Idempotency-Key': id } }),
    retries: () => options.maxRetries,
  }));

  /** The contract knows a visitor by this cookie. A sandboxed frame refuses to have any, by throwing. */
  const remember = guard((id: string, seconds: number) => void (document.cookie = 'uid=' + id + ';path=/;max-age=' + seconds + ';samesite=lax'));

  const tracker = createTracker(config, async core => {
    watchClicks(core, BUTTONS);
    watchForms(core);
    watchFocus(core);
  }, {
    pace: () => options.debounceTime,
    transport: {
      send(_, body, leaving) {
        const batch = JSON.parse(body) as Batch;
        const endpoint = new URL(options.endpoint, base).href;
        const isOwn = /\/batch\/?$/.test(endpoint);
        const transport = transportTo(endpoint, isOwn);
        const events = batch.events.filter(event => isWanted(event, options));
        if (!events.length) return;
        if (isOwn) return transport.send(batch.batch, JSON.stringify({ ...batch, events }), leaving);
        if (!config.cookieless) remember(visitor(), 31_536_000);
        const activities = new Set(events.map(event => JSON.stringify(activityOf(event, batch))));
        activities.forEach(activity => transport.send(uuid7(), activity, leaving));
      },
      clear() {
        for (const endpoint in transports) transports[endpoint]!.clear();
        remember('', 0);
      },
    },
  });

  page.UserTracking = {
    /** Something happened, perhaps to an element. */
    track: guard((action: string, elementId?: string | null, data?: Record<string, unknown> | null) =>
      tracker.use(core => core.add(String(action), {
        ...(elementId != null && { element: { id: String(elementId) } as TrackedEvent['element'] & object }),
        ...(data && { props: data }),
      }))),
    config: guard((given: Partial<TrackingOptions> = {}) => {
      for (const name in options) {
        const value = given[name as keyof TrackingOptions];
        if (value !== undefined) (options as unknown as Record<string, unknown>)[name] = value;
      }
      config.debug = options.debug;
      return { ...options };
    }),
    identify: tracker.identify,
    reset: tracker.reset,
    flush: tracker.flush,
    consent: tracker.consent,
    optOut: tracker.optOut,
    optIn: tracker.optIn,
  };
};

guard(start)();
