import { expect, test, vi } from 'vitest';
import { watchMoves } from '../../src/capture/moves';
import { on } from '../../src/guard';
import type { Core } from '../../src/track';
import { freshBrowser } from '../support';

freshBrowser();

test('the mouse is sampled: four times a second, when it moved, and never a finger', () => {
  const points: [number, number][] = [];
  watchMoves({ on, point: (_, x, y) => void points.push([x, y]) } as Core);
  const move = (pageX: number, pageY: number, pointerType = 'mouse') =>
    document.dispatchEvent(Object.assign(new Event('pointermove'), { pageX, pageY, pointerType }));

  move(100, 100);
  move(200, 200); // too soon
  vi.advanceTimersByTime(250);
  move(103, 103); // hardly moved
  move(150, 100);
  vi.advanceTimersByTime(250);
  move(500, 500, 'touch');
  move(500, 500, 'pen');
  expect(points).toEqual([[100, 100], [150, 100], [500, 500]]);
});
