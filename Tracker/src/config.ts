/** What the script tag says. Every attribute is documented in the tracker's README. */
export interface Config {
  site: string;
  domain?: string;
  endpoint: string;
  allowLocalhost: boolean;
  allowFile: boolean;
  allowAutomation: boolean;
  /** Tells `/#/a` from `/#/b`: for pages that route by hash. */
  hash: boolean;
  debug: boolean;
  silent: boolean;
  /** The name of the API on `window`. */
  global: string;
}

export const readConfig = (script: HTMLScriptElement | null): Config => {
  const text = (name: string) => script?.getAttribute('data-' + name)?.trim() || '';
  // HTML habit: a bare attribute means yes.
  const flag = (name: string) => !!script?.hasAttribute('data-' + name) && !/^(false|0|no|off)$/i.test(text(name));
  const domain = text('domain');
  const base = text('api-url') || (script?.src ? new URL(script.src).origin : location.origin);
  return {
    site: text('website-id') || domain || location.host,
    ...(domain && { domain }),
    endpoint: base.replace(/\/+$/, '') + '/collect/batch',
    allowLocalhost: flag('allow-localhost'),
    allowFile: flag('allow-file-protocol'),
    allowAutomation: flag('allow-automation'),
    hash: flag('hash'),
    debug: flag('debug'),
    silent: flag('disable-console'),
    global: text('global') || 'analytics',
  };
};
