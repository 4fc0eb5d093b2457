import type { Config } from './config';
import { DECISION, read, write } from './storage';

const OUT = '1';
const IN = '0';

/** Why this visit is not tracked, or undefined when it is: an objection, or the attribute that would allow it. */
export const refusal = (config: Config): string | undefined => {
  const browser = navigator as Navigator & { globalPrivacyControl?: boolean };
  return hasOptedOut() ? 'opted out'
    : browser.globalPrivacyControl ? 'GPC'
    : browser.doNotTrack === '1' || browser.doNotTrack === 'yes' ? 'DNT'
    : location.protocol === 'file:' && !config.allowFile ? 'data-allow-file-protocol'
    : /^((.*\.)?localhost|127(\.\d+){3}|\[::1\]|0\.0\.0\.0)$/.test(location.hostname) && !config.allowLocalhost ? 'data-allow-localhost'
    : (navigator.webdriver || 'Cypress' in window) && !config.allowAutomation ? 'data-allow-automation'
    : config.consent && read(DECISION) !== IN ? 'data-consent'
    : undefined;
};

export const hasOptedOut = (): boolean => read(DECISION) === OUT;
export const optOut = (): void => write(DECISION, OUT);
export const optIn = (): void => write(DECISION, IN);
