// SPDX-License-Identifier: GPL-3.0-or-later
import { defineConfig } from 'vitest/config';

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
    // The service asks for writes to come from its own origin: keep Host as it was.
    proxy: { '/api': { target: 'http://127.0.0.1:9480', changeOrigin: false } },
  },
  test: { environment: 'jsdom', setupFiles: 'tests/setup.ts', include: ['tests/**/*.test.{ts,tsx}'] },
});
