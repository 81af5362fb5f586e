// SPDX-License-Identifier: GPL-3.0-or-later
import { loadEnv } from 'vite';
import { defineConfig } from 'vitest/config';

// Which running console `npm run dev` talks to.
const { XIEZHI_CONSOLE = 'http://127.0.0.1:9480' } = loadEnv('', '.', 'XIEZHI_');

export default defineConfig({
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact', legalComments: 'none' },
  build: {
    target: 'es2022',
    // The program embeds dist/ and serves it under a policy that allows no inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
  server: {
    host: '127.0.0.1',
    fs: { allow: ['.', '../../../models'] },
    proxy: { '/api': XIEZHI_CONSOLE },
  },
  test: { environment: 'jsdom', setupFiles: 'tests/setup.ts', include: ['tests/**/*.test.{ts,tsx}'] },
});
