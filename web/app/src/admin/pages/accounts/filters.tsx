import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Button, Select } from 'antd'
import { api, must } from '../../../shared/api'
import { t, word } from '../../../shared/i18n'
import { clearing } from '../../clear'
import { useMay } from '../../may'
import { useReps } from '../../people/reps'
import { Words } from '../contacts/filters'
import { type AccountSearch, lacks } from './search'

/** What narrows the list of accounts; it lives in the address. */
export function AccountFilters({ search }: { search: AccountSearch }) {
  const may = useMay()
  const navigate = useNavigate()
  const set = (change: Partial<AccountSearch>) =>
    void navigate({ to: '.', search: { ...search, box: undefined, order: undefined, ...change }, replace: true })
  const reps = useReps()
  const lists = useQuery({
    queryKey: ['target-lists', 'names'],
    queryFn: () => must(api.GET('/target-lists', { params: { query: { limit: 200 } } })),
    enabled: may('listTargets'),
    staleTime: 60_000,
  })
  const boxes = useQuery({
    queryKey: ['account-boxes'],
    queryFn: () => must(api.GET('/account-boxes')),
    staleTime: 60_000,
    enabled: may('accountBoxes'),
  })
  const people = (reps.data ?? []).map((r) => ({ value: r.id, label: r.name }))
  const view = search.box ? `box:${search.box}` : (search.order ?? (search.review ? 'review' : search.target ? 'target' : ''))
  const choose = (value: string) =>
    void navigate({
      to: '.',
      replace: true,
      search: value.startsWith('box:')
        ? { box: value.slice(4) }
        : value === 'priority'
          ? { order: value }
          : value === 'review'
            ? { review: 1 }
            : value === 'target'
              ? { target: 1 }
              : {},
    })
  const views = [
    { value: '', label: t('ui.accounts.all') },
    { value: 'target', label: t('ui.accounts.targets') },
    { value: 'priority', label: t('ui.accounts.by-priority') },
    { value: 'review', label: t('ui.accounts.review') },
    ...(boxes.data?.items ?? []).map((b) => ({ value: `box:${b.box}`, label: `${b.text} (${b.count})` })),
  ]
  return (
    <search className="filters">
      <Words value={search.q ?? ''} onChange={(q) => set({ q: q || undefined })} label={t('ui.account.pick')} />
      <Select
        className="wide"
        aria-label={t('ui.accounts.view')}
        value={view}
        options={views}
        onChange={choose}
        popupMatchSelectWidth={false}
      />
      <Select
        allowClear={clearing()}
        aria-label={t('ui.account.tier')}
        placeholder={t('ui.account.tier')}
        value={search.tier}
        onChange={(tier?: string) => set({ tier })}
        options={['A', 'B', 'C'].map((value) => ({ value, label: t(`ui.tier.${value}`) }))}
      />
      <Select
        allowClear={clearing()}
        aria-label={t('ui.account.lifecycle')}
        placeholder={t('ui.account.lifecycle')}
        value={search.lifecycle}
        onChange={(lifecycle?: string) => set({ lifecycle })}
        options={['prospect', 'customer', 'former', 'partner', 'competitor'].map((value) => ({
          value,
          label: word('filter.word.lifecycle', value),
        }))}
        popupMatchSelectWidth={false}
      />
      <Select
        allowClear={clearing()}
        showSearch
        optionFilterProp="label"
        aria-label={t('ui.account.owner_id')}
        placeholder={t('ui.account.owner_id')}
        value={search.owner}
        onChange={(owner?: number) => set({ owner })}
        options={people}
      />
      <Select
        allowClear={clearing()}
        showSearch
        optionFilterProp="label"
        aria-label={t('ui.account.sdr_id')}
        placeholder={t('ui.account.sdr_id')}
        value={search.sdr}
        onChange={(sdr?: number) => set({ sdr })}
        options={people}
      />
      <Select
        allowClear={clearing()}
        aria-label={t('ui.targets.title')}
        placeholder={t('ui.targets.title')}
        value={search.list}
        onChange={(list?: number) => set({ list })}
        options={(lists.data?.items ?? []).map((l) => ({ value: l.id, label: l.name }))}
        popupMatchSelectWidth={false}
      />
      <Select
        allowClear={clearing()}
        aria-label={t('ui.accounts.lacks')}
        placeholder={t('ui.accounts.lacks')}
        value={search.lacks}
        onChange={(what?: string) => set({ lacks: what })}
        options={lacks.map((value) => ({ value, label: t(`ui.accounts.lacks.${value}`) }))}
        popupMatchSelectWidth={false}
      />
      {Object.keys(search).length > 0 && (
        <Button type="link" onClick={() => void navigate({ to: '.', search: {}, replace: true })}>
          {t('ui.filter.clear')}
        </Button>
      )}
      <span className="filter-links">
        <Link to={'/targets' as string}>{t('ui.targets.title')}</Link>
        <Link to={'/matches' as string}>{t('ui.matches.title')}</Link>
      </span>
    </search>
  )
}
