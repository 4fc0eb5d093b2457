import type { Core } from '../track';

const MAX = 200;

const fileOf = (media: HTMLMediaElement) => {
  try {
    const { protocol, pathname } = new URL(media.currentSrc || media.src);
    return /^https?:$/.test(protocol) ? decodeURIComponent(pathname.split('/').pop()!) : '';
  } catch {
    return '';
  }
};

/** Video and audio: played, paused, ended, and how far, by quarters. What plays by itself, mute and for ever is decoration. */
export const watchMedia = (core: Core): void => {
  const told = new WeakMap<HTMLMediaElement, { source: string; quarter: number }>();

  const report = (name: string, media: HTMLMediaElement, props: Record<string, unknown> = {}) => {
    const { duration, currentTime } = media;
    core.add(name, {
      element: core.describe(media),
      props: {
        media: (media.getAttribute('data-analytics-media') || media.title || media.getAttribute('aria-label') || fileOf(media) || media.id).slice(0, MAX),
        kind: media.localName,
        position: Math.round(currentTime * 10) / 10,
        ...(Number.isFinite(duration) && { duration: Math.round(duration * 10) / 10 }),
        ...props,
      },
    });
  };

  const watch = (type: string, listener: (media: HTMLMediaElement) => void) =>
    core.on(document, type, event => {
      const media = event.target;
      if (media instanceof HTMLMediaElement && !(media.muted && media.loop)) listener(media);
    });

  watch('play', media => !media.seeking && report('media_play', media));
  watch('pause', media => !media.seeking && !media.ended && report('media_pause', media));
  watch('ended', media => report('media_ended', media, { percent: 100 }));
  watch('timeupdate', media => {
    const share = media.currentTime / media.duration;
    if (!(share >= 0.25) || media.seeking) return;
    const before = told.get(media);
    const last = before?.source === media.currentSrc ? before.quarter : 0;
    const quarter = Math.min(3, Math.floor(share * 4));
    if (quarter <= last) return;
    told.set(media, { source: media.currentSrc, quarter });
    // A seek over a quarter is no reason to claim that it was seen.
    report('media_progress', media, { percent: quarter * 25 });
  });
};
