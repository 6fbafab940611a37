import { useInfiniteQuery } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type CSSProperties, memo, type ReactNode, useCallback, useEffect, useMemo, useRef } from 'react'
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
  /** The track on narrow screens, when it is another one. */
  narrow?: string
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
  /** Whether a row is about to change by itself: the list is read again until none is. */
  moving?: (row: T) => boolean
  empty: ReactNode
}

// A next page is asked for this many rows before the last one is reached.
const ahead = 60

const tracks = <T,>(shown: Column<T>[]) => shown.map((c) => c.width).join(' ')
const narrowTracks = <T,>(columns: Column<T>[]) => columns.flatMap((c) => (c.optional ? [] : (c.narrow ?? c.width))).join(' ')

/**
 * A long list: keyset pages fetched as one scrolls, of which only the visible
 * rows exist in the document.
 */
export function Rows<T>({ name, label, columns, fetch, id, rowHeight = 52, moving, empty }: RowsProps<T>) {
  const query = useInfiniteQuery({
    queryKey: ['rows', ...name],
    queryFn: ({ pageParam }) => fetch(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor || undefined,
    // All pages would be read again, one after the other.
    refetchOnWindowFocus: ({ state }) => (state.data?.pages.length ?? 0) <= 3,
    refetchInterval: ({ state }) => moving !== undefined && state.data?.pages[0]?.items.some(moving) === true && 3_000,
  })
  // Whatever would be made anew here while one scrolls costs by the rows that
  // are loaded, not by those that are seen.
  const rows = useMemo(() => query.data?.pages.flatMap((p) => p.items) ?? [], [query.data])
  const keyOf = useRef(id)
  keyOf.current = id
  const key = useCallback((i: number) => (rows[i] === undefined ? i : keyOf.current(rows[i])), [rows])
  const estimate = useCallback(() => rowHeight, [rowHeight])
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: estimate,
    overscan: 12,
    getItemKey: key,
  })
  const visible = virtual.getVirtualItems()
  const last = visible.at(-1)?.index ?? 0
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && last >= rows.length - ahead) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, last, rows.length])
  const grid = useMemo(() => ({ '--tracks': tracks(columns), '--tracks-narrow': narrowTracks(columns) }) as CSSProperties, [columns])
  if (query.isPending) return <Loading rows={10} />
  if (query.error && rows.length === 0) return <ErrorState error={query.error} retry={() => void query.refetch()} busy={query.isFetching} />
  if (rows.length === 0) return typeof empty === 'string' ? <Nothing why={empty} /> : empty
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
          return <Line key={v.key} row={row} columns={columns} grid={grid} index={v.index} top={v.start} height={rowHeight} />
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

interface LineProps<T> {
  row: T
  columns: Column<T>[]
  grid: CSSProperties
  index: number
  top: number
  height: number
}

/** One row. It stays as it is while others scroll into sight. */
const Line = memo(function Line<T>({ row, columns, grid, index, top, height }: LineProps<T>) {
  return (
    <div role="row" aria-rowindex={index + 2} className="rows-row" style={{ ...grid, height, transform: `translateY(${top}px)` }}>
      {columns.map((c) => (
        <div key={c.key} role="cell" className={c.optional ? 'optional' : undefined}>
          {c.cell(row)}
        </div>
      ))}
    </div>
  )
}) as <T>(props: LineProps<T>) => ReactNode
