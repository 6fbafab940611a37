import type { ReactNode } from 'react'
import { t } from '../../shared/i18n'
import { problemWords } from '../../shared/problem'

/** While something is fetched for the first time: grey shapes where it will be. */
export function Loading({ rows = 4, tall = false }: { rows?: number; tall?: boolean }) {
  return (
    <div role="status" aria-label={t('m.loading')} className="loading" data-loading>
      {Array.from({ length: rows }, (_, i) => i).map((i) => (
        <i key={i} className={tall ? 'bone tall' : 'bone'} />
      ))}
    </div>
  )
}

/** When there is nothing: why, and what to do next. */
export function Nothing({ title, hint, children }: { title: string; hint?: string; children?: ReactNode }) {
  return (
    <div className="nothing">
      <svg viewBox="0 0 64 64" width="64" height="64" aria-hidden="true">
        <circle cx="32" cy="32" r="26" className="nothing-ring" />
        <path d="M21 33l8 8 15-17" className="nothing-tick" />
      </svg>
      <p className="nothing-title">{title}</p>
      {hint && <p className="soft">{hint}</p>}
      {children}
    </div>
  )
}

/** When it failed: what happened, what to do, and a way to try again. */
export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
  const { title, detail } = problemWords(error, t, 'm')
  return (
    <div role="alert" className="failed">
      <strong>{title}</strong>
      {detail && <p>{detail}</p>}
      {retry && (
        <button type="button" className="button" onClick={retry}>
          {t('m.retry')}
        </button>
      )}
    </div>
  )
}

interface Asked<T> {
  data: T | undefined
  error: unknown
  isPending: boolean
  refetch: () => unknown
}

interface AskProps<T> {
  query: Asked<T>
  /** The page's h1, as long as there is nothing that brings its own. */
  heading?: ReactNode
  loading?: ReactNode
  children: (data: T) => ReactNode
}

/** The states of one query: loading, failed, or what `children` makes of its data. */
export function Ask<T>({ query, heading, loading, children }: AskProps<T>) {
  if (query.data !== undefined) return children(query.data)
  return (
    <>
      {heading}
      {query.isPending ? (loading ?? <Loading />) : <Failed error={query.error} retry={() => void query.refetch()} />}
    </>
  )
}
