import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where `vite` in development finds the API; the built dashboard is served by the API itself. */
const API = 'http://127.0.0.1:3000';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    // Browsers that know CSS's light-dark(); otherwise it would be rewritten to what ignores Mantine's
    // choice of the colour scheme.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // The content security policy forbids data: addresses, so every asset stays a file.
    assetsInlineLimit: 0,
  },
  server: {
    proxy: { '/api': API, '/docs': API, '/openapi.json': API },
  },
});
