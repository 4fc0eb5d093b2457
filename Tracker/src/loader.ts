import type { Config } from './config';
import { guard } from './guard';
import type { Core } from './track';
import type { Loader } from './tracker';

/** A bundle finds this on its own tag. */
export interface CaptureTag extends HTMLScriptElement {
  use?: (module: (core: Core) => void) => void;
}

const bundle = (config: Config, core: Core, name: string) =>
  new Promise<unknown>(resolve => {
    const tag: CaptureTag = document.createElement('script');
    tag.src = config.modules + name + '.js';
    tag.nonce = config.nonce;
    tag.use = module => guard(module)(core);
    tag.onload = tag.onerror = resolve;
    document.head.append(tag);
  });

/** The captures as scripts from where the tracker came from. Vitals last: the browser keeps what they need, so that they can be late. */
export const loadBundles: Loader = async core => {
  for (const name of ['capture', 'vitals'] as const) core.config.wants(name) && (await bundle(core.config, core, name));
};
