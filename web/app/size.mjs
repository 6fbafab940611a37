// Says how much of ../dist a browser loads at first, gzipped, and fails beyond
// the bounds that keep the pages quick on a phone's network.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

// KB; with the page that the entry shows first.
const bounds = { index: [350, 'src/admin/pages/today.tsx'], phone: [120], console: [250] }
const dist = new URL('../dist/', import.meta.url)
const read = (name) => readFileSync(new URL(name, dist))
const manifest = JSON.parse(read('.vite/manifest.json').toString())

// What the entry imports, and one language of texts.
function closure(key, into = new Set()) {
  const chunk = manifest[key]
  if (!chunk || into.has(chunk.file)) return into
  into.add(chunk.file)
  for (const css of chunk.css ?? []) into.add(css)
  for (const next of chunk.imports ?? []) closure(next, into)
  return into
}

let over = false
for (const [entry, [bound, ...first]] of Object.entries(bounds)) {
  const files = closure(`${entry}.html`)
  for (const page of first) closure(page, files)
  for (const key of manifest[`${entry}.html`].dynamicImports ?? []) if (key.endsWith('/zh')) closure(key, files)
  const bytes = [...files].reduce((sum, file) => sum + gzipSync(read(file), { level: 9 }).length, 0)
  const size = Math.round(bytes / 1000)
  console.log(`${entry.padEnd(8)} ${String(size).padStart(4)} KB gzip at first, ${bound} allowed`)
  over ||= size > bound
}
if (over) process.exit(1)
