import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Button, Progress } from 'antd'
import { useEffect, useState } from 'react'
import { api, must } from '../../shared/api'
import { t } from '../../shared/i18n'
import { problemWords } from '../../shared/problem'
import { useMay } from '../may'
import { type FilterValue, wire } from './ast'
import { countFaults } from './faults'
import './filter.css'
import { Drawer } from '../drawer'
import { Members } from './members'

const pause = 350

function useDebounced(value: FilterValue): { settled: FilterValue; waiting: boolean } {
  const [settled, setSettled] = useState(value)
  const same = JSON.stringify(settled) === JSON.stringify(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), pause)
    return () => clearTimeout(timer)
  }, [value])
  return { settled: same ? value : settled, waiting: !same }
}

/** How many people a filter selects now, which leads to them. */
export function LiveCount({ value }: { value: FilterValue }) {
  const { settled, waiting } = useDebounced(value)
  const may = useMay()
  const [open, setOpen] = useState(false)
  const faults = countFaults(value)
  const settledFaults = countFaults(settled)
  const count = useQuery({
    queryKey: ['filter-count', settled],
    queryFn: ({ signal }) => must(api.POST('/audiences/count', { body: { filter: wire(settled) }, signal })),
    enabled: settledFaults === 0,
    placeholderData: keepPreviousData,
    staleTime: 15_000,
  })
  if (faults > 0) {
    return (
      <p className="filter-count" role="status">
        {t('ui.filter.count.unfinished', { n: faults })}
      </p>
    )
  }
  if (count.error) {
    return (
      <p className="filter-count filter-fault" role="alert">
        {problemWords(count.error, t, 'ui').detail || problemWords(count.error, t, 'ui').title}
        <Button type="link" size="small" loading={count.isFetching} onClick={() => void count.refetch()}>
          {t('ui.retry')}
        </Button>
      </p>
    )
  }
  const busy = waiting || count.isFetching
  const n = count.data?.count
  return (
    <div className="filter-count" role="status" aria-busy={busy}>
      {n === undefined ? (
        <span>{t('ui.filter.count.counting')}</span>
      ) : (
        <Button type="link" size="small" disabled={n === 0 || !may('previewMembers')} onClick={() => setOpen(true)}>
          {t('ui.filter.count', { n })}
        </Button>
      )}
      {busy && (
        <Progress
          className="filter-busy"
          percent={100}
          status="active"
          showInfo={false}
          size="small"
          aria-label={t('ui.filter.count.counting')}
        />
      )}
      <Drawer open={open} onClose={() => setOpen(false)} size={520} title={t('ui.filter.people', { n: n ?? 0 })} destroyOnHidden>
        <Members value={settled} />
      </Drawer>
    </div>
  )
}
