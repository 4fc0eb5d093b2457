import { watchDead } from './capture/dead';
import { watchDeclared } from './capture/declared';
import { watchErrors } from './capture/errors';
import { watchFocus } from './capture/focus';
import { watchForms } from './capture/forms';
import { watchKeys } from './capture/keys';
import { watchMedia } from './capture/media';
import { watchMoves } from './capture/moves';
import { watchOutbound } from './capture/outbound';
import { watchPane } from './capture/pane';
import { watchRage } from './capture/rage';
import { watchResize } from './capture/resize';
import { watchSales } from './capture/sales';
import { watchScrolls } from './capture/scrolls';
import { watchTouches } from './capture/touches';
import { watchVisibility } from './capture/visibility';
import type { Capture } from './config';
import { guard } from './guard';
import type { Core } from './track';

const CAPTURES: Partial<Record<Capture, (core: Core) => void>> = {
  errors: watchErrors,
  sales: watchSales,
  outbound: watchOutbound,
  events: watchDeclared,
  forms: watchForms,
  focus: watchFocus,
  'rage-clicks': watchRage,
  'dead-clicks': watchDead,
  keyboard: watchKeys,
  media: watchMedia,
  moves: watchMoves,
  scroll: watchScrolls,
  touch: watchTouches,
  resize: watchResize,
  visibility: watchVisibility,
};

/** Every capture that is not in the core and is wanted. One that a browser is too old for leaves the others alone. */
export const captureAll = (core: Core): void => {
  guard(watchPane)(core);
  for (const name in CAPTURES) {
    if (core.config.wants(name as Capture)) guard(CAPTURES[name as Capture]!)(core);
  }
};
