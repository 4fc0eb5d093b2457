import type { Capture, Config } from './config';

/** What `init` takes: the attributes of the script tag, in JavaScript's words. */
export interface Options {
  /** The site's key. */
  site: string;
  domain?: string;
  /** Where the collector is, or the whole address its batches go to. */
  endpoint: string;
  allowLocalhost?: boolean;
  allowFile?: boolean;
  allowAutomation?: boolean;
  /** `required`: collects nothing until `consent(true)`. */
  consent?: 'required';
  cookieless?: boolean;
  hash?: boolean;
  debug?: boolean;
  silent?: boolean;
  /** What to leave out: `{ moves: false, 'dead-clicks': false }`. `capture: false` leaves only page views, clicks and scroll depth. */
  captures?: Partial<Record<Capture, boolean>>;
}

export const configOf = ({ endpoint, captures = {}, ...options }: Options): Config => {
  const address = new URL(endpoint, location.href);
  if (address.pathname === '/') address.pathname = '/collect/batch';
  return {
    modules: '', nonce: '', global: '',
    allowLocalhost: false, allowFile: false, allowAutomation: false, cookieless: false, hash: false, debug: false, silent: false,
    ...options,
    endpoint: address.href,
    consent: options.consent === 'required',
    wants: capture => captures[capture] !== false,
  };
};
