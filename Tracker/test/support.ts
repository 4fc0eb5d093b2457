import { afterEach, beforeEach, vi } from 'vitest';
import type { Config } from '../src/config';
import type { Core } from '../src/track';
import { createCore } from '../src/track';
import type { Transport } from '../src/transport';
import type { Batch, TrackedEvent } from '../src/wire';

export const NOW = 1_763_600_000_000;

/** Every test begins at the same moment, in a browser that has not been here before. */
export const freshBrowser = (): void => {
  beforeEach(() => {
    vi.useFakeTimers({ now: NOW });
    localStorage.clear();
    document.title = 'Mug';
    document.body.innerHTML = '';
    sizes({ document: [1280, 4000], viewport: [1280, 720] });
    visible(true);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
    vi.doUnmock('web-vitals');
    Reflect.deleteProperty(document, 'currentScript');
  });
};

export const config: Config = {
  site: 'shop',
  endpoint: 'https://stats.example/collect/batch',
  modules: 'https://stats.example/t/',
  nonce: '',
  consent: false,
  cookieless: false,
  wants: () => true,
  allowLocalhost: false,
  allowFile: false,
  allowAutomation: true,
  hash: false,
  debug: false,
  silent: true,
  global: 'analytics',
};

/** A core whose batches stay here instead of going out. */
export const listeningCore = (over: Partial<Config> = {}): { core: Core; sent: Batch[]; leaving: boolean[] } => {
  const sent: Batch[] = [];
  const leaving: boolean[] = [];
  const transport: Transport = {
    send: (_, body, goes) => {
      sent.push(JSON.parse(body) as Batch);
      leaving.push(goes);
    },
    clear: () => {},
  };
  return { core: createCore({ ...config, ...over }, transport), sent, leaving };
};

export const visible = (yes: boolean): void => {
  Object.defineProperty(document, 'visibilityState', { value: yes ? 'visible' : 'hidden', configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
};

export const sizes = (of: { document: [number, number]; viewport: [number, number]; scrollY?: number }): void => {
  const set = (target: object, name: string, value: number) => Object.defineProperty(target, name, { value, configurable: true, writable: true });
  set(document.documentElement, 'scrollWidth', of.document[0]);
  set(document.documentElement, 'scrollHeight', of.document[1]);
  set(window, 'innerWidth', of.viewport[0]);
  set(window, 'innerHeight', of.viewport[1]);
  set(window, 'scrollX', 0);
  set(window, 'scrollY', of.scrollY ?? 0);
};

/** A click as a person makes it: scripts cannot make a trusted event. */
export const click = (target: Element, at: Partial<MouseEventInit> = {}, type = 'click'): void => {
  const event = new MouseEvent(type, { bubbles: true, composed: true, cancelable: true, detail: 1, clientX: 10, clientY: 20, ...at });
  Object.defineProperty(event, 'isTrusted', { value: true });
  target.dispatchEvent(event);
};

export const box = (element: Element, x: number, y: number, width: number, height: number): void => {
  element.getBoundingClientRect = () => ({ x, y, left: x, top: y, width, height, right: x + width, bottom: y + height, toJSON: () => ({}) });
};

/** Listeners and patches live as long as the document; with this each test has a document to itself. */
export const ownDocument = (): void => {
  const { pushState, replaceState } = history;
  const added: (() => void)[] = [];
  beforeEach(() => {
    for (const target of [window, document]) {
      const add = target.addEventListener.bind(target);
      vi.spyOn(target, 'addEventListener').mockImplementation((type: string, listener: EventListenerOrEventListenerObject, options?: unknown) => {
        added.push(() => target.removeEventListener(type, listener, true));
        add(type, listener, options as boolean);
      });
    }
  });
  afterEach(() => {
    added.splice(0).forEach(remove => remove());
    Object.assign(history, { pushState, replaceState });
  });
};

/** Scripts cannot make a trusted event; a test can. */
export const trusted = <E extends Event>(event: E): E => {
  Object.defineProperty(event, 'isTrusted', { value: true });
  return event;
};

/** The events of one name that a core has sent, or would send now. */
export const seenBy = (core: Core, sent: Batch[]) =>
  Object.assign(
    (name: string): TrackedEvent[] => {
      core.flush();
      return sent.flatMap(batch => batch.events).filter(event => event.name === name);
    },
    { core, sent },
  );
