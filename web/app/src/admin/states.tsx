import { Link, useRouterState } from '@tanstack/react-router'
import { Alert, Button, Empty, Skeleton } from 'antd'
import type { ReactNode } from 'react'
import { ApiError } from '../shared/api'
import { t } from '../shared/i18n'
import { problemWords } from '../shared/problem'
import { placeOf } from './local-path'

/** While something is fetched for the first time: grey lines where it will be. */
export function Loading({ rows = 6 }: { rows?: number }) {
  return (
    <div role="status" aria-label={t('ui.loading')}>
      <Skeleton active title={false} paragraph={{ rows }} />
    </div>
  )
}

/** When there is nothing: why, and what to do next. */
export function Nothing({ why, children }: { why: string; children?: ReactNode }) {
  return (
    <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={why}>
      {children}
    </Empty>
  )
}

/** When it failed: what happened, what to do, and a way to try again. */
export function ErrorState({ error, retry, busy = false }: { error: unknown; retry?: () => void; busy?: boolean }) {
  const { title, detail } = problemWords(error, t, 'ui')
  return (
    <Alert
      type="error"
      showIcon
      title={title}
      description={detail}
      action={
        missing(error) ? (
          <WayBack />
        ) : (
          retry && (
            <Button size="small" loading={busy} onClick={retry}>
              {t('ui.retry')}
            </Button>
          )
        )
      }
    />
  )
}

// What does not exist is not there at the next try either.
const missing = (error: unknown) => error instanceof ApiError && error.problem.status === 404

/** To the list that the page belongs to. */
function WayBack() {
  const path = useRouterState({ select: (s) => s.location.pathname })
  return <Link to={placeOf(path)}>{t('ui.to-list')}</Link>
}

/** What is shown of a query: Ask makes its states visible. */
export interface Asked<T> {
  data: T | undefined
  error: unknown
  isPending: boolean
  isFetching?: boolean
  refetch: () => unknown
}

/** The states of one query: loading, failed, or what `children` makes of its data. */
export function Ask<T>({ query, rows, children }: { query: Asked<T>; rows?: number; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) return children(query.data)
  if (query.isPending) return <Loading rows={rows} />
  return <ErrorState error={query.error} retry={() => void query.refetch()} busy={query.isFetching} />
}
