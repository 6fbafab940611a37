import { useInfiniteQuery } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type CSSProperties, type ReactNode, useEffect, useRef } from 'react'
import { t } from '../shared/i18n'
import { ErrorState, Loading, Nothing } from './states'
import './rows.css'

/** One page of a list of the API; next_cursor is empty on the last one. */
export interface Slice<T> {
  items: T[]
  next_cursor?: string
}

export interface Column<T> {
  key: string
  title: ReactNode
  /** A CSS grid track, such as "2fr" or "120px". */
  width: string
  cell: (row: T) => ReactNode
  /** Left out on narrow screens. */
  optional?: boolean
}

interface RowsProps<T> {
  /** Names the list with its filters: another name, another list. */
  name: readonly unknown[]
  label: string
  columns: Column<T>[]
  fetch: (cursor: string | undefined) => Promise<Slice<T>>
  id: (row: T) => string | number
  rowHeight?: number
  empty: ReactNode
}

/**
 * A long list: keyset pages fetched as one scrolls, of which only the visible
 * rows exist in the document.
 */
export function Rows<T>({ name, label, columns, fetch, id, rowHeight = 52, empty }: RowsProps<T>) {
  const query = useInfiniteQuery({
    queryKey: ['rows', ...name],
    queryFn: ({ pageParam }) => fetch(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor || undefined,
  })
  const rows = query.data?.pages.flatMap((p) => p.items) ?? []
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    getItemKey: (i) => (rows[i] ? id(rows[i]) : i),
  })
  const visible = virtual.getVirtualItems()
  const last = visible.at(-1)?.index ?? 0
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && last >= rows.length - 20) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, last, rows.length])
  if (query.isPending) return <Loading rows={10} />
  if (query.error && rows.length === 0) return <ErrorState error={query.error} retry={() => void query.refetch()} busy={query.isFetching} />
  if (rows.length === 0) return typeof empty === 'string' ? <Nothing why={empty} /> : empty
  const tracks = (shown: Column<T>[]) => shown.map((c) => c.width).join(' ')
  const grid = { '--tracks': tracks(columns), '--tracks-narrow': tracks(columns.filter((c) => !c.optional)) } as CSSProperties
  return (
    <div className="rows" ref={scroller} tabIndex={0} role="table" aria-label={label} aria-rowcount={hasNextPage ? -1 : rows.length + 1}>
      <div className="rows-head" role="row" style={grid}>
        {columns.map((c) => (
          <div key={c.key} role="columnheader" className={c.optional ? 'optional' : undefined}>
            {c.title}
          </div>
        ))}
      </div>
      <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {visible.map((v) => {
          const row = rows[v.index]
          if (row === undefined) return null
          return (
            <div
              key={v.key}
              role="row"
              aria-rowindex={v.index + 2}
              className="rows-row"
              style={{ ...grid, height: rowHeight, transform: `translateY(${v.start}px)` }}
            >
              {columns.map((c) => (
                <div key={c.key} role="cell" className={c.optional ? 'optional' : undefined}>
                  {c.cell(row)}
                </div>
              ))}
            </div>
          )
        })}
      </div>
      {isFetchingNextPage && (
        <div className="rows-more" role="status">
          {t('ui.loading')}
        </div>
      )}
      {query.error && <ErrorState error={query.error} retry={() => void fetchNextPage()} />}
    </div>
  )
}
