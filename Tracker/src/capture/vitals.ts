import { onCLS, onFCP, onINP, onLCP, onTTFB, type Metric } from 'web-vitals';
import { guard } from '../guard';
import type { Core } from '../track';

/**
 * How the page felt: one `web_vital` a metric, told when the page is left, on the page it was measured on. A page that is
 * hidden, shown again and got worse tells the metric again under the same `id`: the last one counts.
 */
export const watchVitals = (core: Core): void => {
  const current = new Map<string, Metric>();
  let told = new Set<string>();
  // Metrics are the document's, and an application's later pages share it: only its first page has them.
  let page = core.page;

  const measured = guard((metric: Metric) => {
    if (page === core.page) current.set(metric.name, metric);
  });
  for (const metric of [onLCP, onINP, onCLS, onFCP, onTTFB]) metric(measured, { reportAllChanges: true });

  core.onLeave(() => {
    if (page !== core.page) return;
    current.forEach(({ name, value, rating, id, navigationType }) => {
      const key = id + value;
      if (told.has(key)) return;
      told.add(key);
      core.add('web_vital', { props: { metric: name, value: Math.round(value * 1_000) / 1_000, rating, navigation: navigationType, id } }, true);
    });
  });
  core.onOpen(() => {
    current.clear();
    told = new Set();
  });
  // Out of the back/forward cache the document begins anew, and so do its metrics.
  core.on<PageTransitionEvent>(window, 'pageshow', event => {
    if (event.persisted) page = core.page;
  });
};
