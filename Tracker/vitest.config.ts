import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    environment: 'happy-dom',
    environmentOptions: { happyDOM: { url: 'https://shop.example/p/1?utm_source=nl' } },
    include: ['test/**/*.test.ts'],
    // A browser a file would cost most of the time; the tests clean up after themselves.
    pool: 'threads',
    isolate: false,
    restoreMocks: true,
    unstubGlobals: true,
  },
});
