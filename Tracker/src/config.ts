/** What can be switched off by name: `data-forms="false"` on the tag, `forms: false` in options. */
export type Capture =
  | 'pageviews' | 'clicks' | 'outbound' | 'moves' | 'scroll' | 'touch' | 'keyboard' | 'focus' | 'forms' | 'rage-clicks' | 'dead-clicks'
  | 'media' | 'resize' | 'visibility' | 'errors' | 'events' | 'sales' | 'vitals'
  // All but the core's own at once.
  | 'capture';

/** What the script tag, or the options of a face, say. Every attribute is documented in the tracker's README. */
export interface Config {
  site: string;
  domain?: string;
  endpoint: string;
  /** The folder of the bundles that are loaded later. */
  modules: string;
  /** Goes on to their tags, for a page whose Content-Security-Policy asks for it. */
  nonce: string;
  allowLocalhost: boolean;
  allowFile: boolean;
  allowAutomation: boolean;
  /** Collects nothing until the visitor has agreed. */
  consent: boolean;
  /** Keeps nothing in the browser and sends no id: the server makes them. */
  cookieless: boolean;
  /** Tells `/#/a` from `/#/b`: for pages that route by hash. */
  hash: boolean;
  debug: boolean;
  silent: boolean;
  /** The name of the API on `window`. */
  global: string;
  wants(capture: Capture): boolean;
}

const NO = /^(false|0|no|off)$/i;

export const readConfig = (script: HTMLScriptElement | null): Config => {
  const text = (name: string) => script?.getAttribute('data-' + name)?.trim() || '';
  const wants = (name: string) => !NO.test(text(name));
  // HTML habit: a bare attribute means yes.
  const flag = (name: string) => !!script?.hasAttribute('data-' + name) && wants(name);
  const at = (base: string, path: string) => new URL(/^https?:/.test(path) ? path : base.replace(/\/+$/, '') + path, script?.src || location.href).href;
  const domain = text('domain');
  return {
    site: text('website-id') || domain || location.host,
    ...(domain && { domain }),
    endpoint: at(text('api-url'), text('endpoint') || '/collect/batch'),
    modules: at('', text('modules') || '/t/'),
    nonce: script?.nonce || '',
    allowLocalhost: flag('allow-localhost'),
    allowFile: flag('allow-file-protocol'),
    allowAutomation: flag('allow-automation'),
    consent: flag('consent'),
    cookieless: flag('cookieless'),
    hash: flag('hash'),
    debug: flag('debug'),
    silent: flag('disable-console'),
    global: text('global') || 'analytics',
    wants,
  };
};
