import type { Offset } from './places'

type Say = (key: string, values?: Record<string, string | number>) => string

/** When a step is due, in words; `say` is the catalogue. */
export function offsetWords(o: Offset, say: Say): string {
  if (o.after) return say('ui.sops.when.after', { what: o.after })
  const at = o.at ? ` ${o.at}` : ''
  if (o.workday) return say('ui.sops.when.workday', { n: o.workday }) + at
  if (o.week) return say('ui.sops.when.week', { n: o.week }) + at
  if (o.month) return say('ui.sops.when.month', { n: o.month }) + at
  if (o.day === undefined) return say('ui.sops.when.at-once')
  return (o.day < 0 ? say('ui.sops.when.before', { n: -o.day }) : say('ui.sops.when.day', { n: o.day })) + at
}
