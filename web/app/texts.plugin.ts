import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'

// Words that several entries show; the rest of the catalogue speaks in the
// server's answers and is not sent to browsers a second time.
const shared = [
  'activity.',
  'alert.',
  'attachment.',
  'brand',
  'channel.',
  'contact_type.',
  'dispatch.',
  'enrollment.',
  'filter.',
  'lang.',
  'loss.',
  'offset.',
  'preview.',
  'reason.',
  'role.',
  'score.field.',
  'score.need.',
  'score.rule.',
  'seniority.',
  'source.',
  'stage.',
  'state.',
  'target.',
  'tier.',
  'trigger.',
  'unit.',
  'verdict.',
  'weekday.',
  'experiment.',
  'fate.',
  'backlog.',
]

const own: Record<string, string[]> = {
  admin: ['ui.', ...shared],
  phone: ['m.', 'brand', 'channel.', 'activity.', 'reason.', 'loss.', 'filter.word.role.', 'filter.word.stage.'],
  console: ['sim.', 'brand', 'preview.', 'channel.', 'state.'],
}

// Imports of "virtual:texts/<entry>/<language>" are the entry's part of the one
// catalogue in web/i18n.
export function texts(folder: string): Plugin {
  const prefix = 'virtual:texts/'
  return {
    name: 'sixtouch-texts',
    resolveId: (id) => (id.startsWith(prefix) ? `\0${id}` : undefined),
    load(id) {
      if (!id.startsWith(`\0${prefix}`)) return undefined
      const [entry = '', lang = ''] = id.slice(prefix.length + 1).split('/')
      const file = join(folder, `${lang}.json`)
      this.addWatchFile(file)
      const all = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>
      const wanted = own[entry] ?? []
      const part = Object.entries(all).filter(([key]) => wanted.some((w) => key.startsWith(w)))
      return `export default ${JSON.stringify(Object.fromEntries(part))}`
    },
  }
}
