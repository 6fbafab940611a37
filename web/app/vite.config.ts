import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'
import { texts } from './texts.plugin.ts'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

// The server says where the API is in development: SIXTOUCH_URL, the demo's own
// address by default.
const server = process.env.SIXTOUCH_URL ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [react(), texts(at('../i18n'))],
  build: {
    outDir: '../dist',
    emptyOutDir: true,
    manifest: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    rollupOptions: { input: { admin: at('index.html'), phone: at('phone.html'), console: at('console.html') } },
  },
  server: { proxy: { '/api': server, '/sim': server, '/login': server, '/enter': server, '/language': server } },
  test: { include: ['src/**/*.test.ts'] },
})
