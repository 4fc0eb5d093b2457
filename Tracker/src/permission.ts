import type { Config } from './config';
import { read, remove, write } from './storage';

const OPT_OUT = 'optout';

/** Why this visit is not tracked, or undefined when it is. */
export const refusal = (config: Config): string | undefined => {
  const browser = navigator as Navigator & { globalPrivacyControl?: boolean };
  if (hasOptedOut()) return 'opted out';
  if (browser.globalPrivacyControl) return 'Global Privacy Control';
  if (browser.doNotTrack === '1' || browser.doNotTrack === 'yes') return 'Do Not Track';
  if (location.protocol === 'file:') return config.allowFile ? automation(config) : 'file: needs data-allow-file-protocol';
  if (!config.allowLocalhost && /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\]|0\.0\.0\.0)$/.test(location.hostname)) {
    return 'localhost needs data-allow-localhost';
  }
  return automation(config);
};

const automation = (config: Config): string | undefined => {
  const page = window as unknown as Record<string, unknown>;
  const driven = navigator.webdriver || page._phantom || page.__nightmare || page.Cypress;
  return driven && !config.allowAutomation ? 'automation needs data-allow-automation' : undefined;
};

export const hasOptedOut = (): boolean => !!read(OPT_OUT);
export const optOut = (): void => write(OPT_OUT, '1');
export const optIn = (): void => remove(OPT_OUT);
