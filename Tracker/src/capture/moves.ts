import type { Core } from '../track';

const SAMPLE_MS = 250;
const SAMPLE_PX = 8;

/** Where the mouse goes: at most four samples a second, and none while it rests. */
export const watchMoves = (core: Core): void => {
  let at = 0;
  let x = 0;
  let y = 0;

  core.on<PointerEvent>(document, 'pointermove', event => {
    const now = Date.now();
    if (event.pointerType === 'touch' || now - at < SAMPLE_MS) return;
    if (Math.abs(event.pageX - x) + Math.abs(event.pageY - y) < SAMPLE_PX) return;
    at = now;
    core.point('move', (x = event.pageX), (y = event.pageY));
  });
};
