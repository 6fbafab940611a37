import { ApiError } from './api'

/** What went wrong, in words: a title and what to do next. `t` comes with the entry's own keys. */
export function problemWords(error: unknown, t: (key: string) => string, prefix: 'ui' | 'm' | 'sim'): { title: string; detail: string } {
  if (error instanceof ApiError && error.problem.status > 0) {
    const { title, detail, fields } = error.problem
    const faults = Object.entries(fields ?? {}).map(([field, fault]) => `${field}: ${fault}`)
    return { title, detail: [detail, ...faults].filter(Boolean).join(' · ') }
  }
  if (error instanceof ApiError) return { title: t(`${prefix}.problem.offline`), detail: t(`${prefix}.problem.offline.hint`) }
  return { title: t(`${prefix}.problem.broken`), detail: t(`${prefix}.problem.broken.hint`) }
}
