import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Button, Input, Select } from 'antd'
import { useEffect, useState } from 'react'
import { api, must } from '../../../shared/api'
import { t, word } from '../../../shared/i18n'
import { rungs, useStageWord } from '../../../shared/stages'
import { clearing } from '../../clear'
import { useMay } from '../../may'
import { AccountName } from '../../people/account-name'
import { useReps } from '../../people/reps'
import { type ContactSearch, narrowed } from './search'

/** What narrows the list of contacts; it lives in the address. */
export function ContactFilters({ search }: { search: ContactSearch }) {
  const may = useMay()
  const navigate = useNavigate()
  const set = (change: Partial<ContactSearch>) => void navigate({ to: '.', search: { ...search, ...change }, replace: true })
  const reps = useReps()
  const stageWord = useStageWord()
  const audiences = useQuery({
    queryKey: ['audiences', 'names'],
    queryFn: () => must(api.GET('/audiences', { params: { query: { limit: 200 } } })),
    enabled: may('listAudiences'),
    staleTime: 60_000,
  })
  const tags = useQuery({
    queryKey: ['tags', 'names'],
    queryFn: () => must(api.GET('/tags', { params: { query: { limit: 200 } } })),
    staleTime: 300_000,
  })
  const lists = [
    { label: t('ui.contacts.everybody'), value: '' },
    ...(audiences.data?.items ?? []).map((a) => ({ label: a.name, value: `audience:${a.id}` })),
    ...[30, 45, 60].map((n) => ({ label: t('ui.contacts.silent', { n }), value: `silent:${n}` })),
  ]
  const list = search.audience ? `audience:${search.audience}` : search.silent ? `silent:${search.silent}` : ''
  const choose = (value: string) => {
    const [kind, id] = value.split(':')
    set({ audience: kind === 'audience' ? Number(id) : undefined, silent: kind === 'silent' ? Number(id) : undefined })
  }
  return (
    <search className="filters">
      <Words value={search.q ?? ''} onChange={(q) => set({ q: q || undefined })} label={t('ui.contacts.search')} />
      <Select
        className="wide"
        aria-label={t('ui.contacts.list')}
        value={list}
        options={lists}
        onChange={choose}
        popupMatchSelectWidth={false}
      />
      <Select
        allowClear={clearing()}
        aria-label={t('ui.stage')}
        placeholder={t('ui.stage')}
        value={search.stage}
        onChange={(stage?: string) => set({ stage })}
        options={[...rungs, 'lost'].map((value) => ({ value, label: stageWord(value) }))}
        popupMatchSelectWidth={false}
      />
      <Select
        allowClear={clearing()}
        aria-label={t('ui.score')}
        placeholder={t('ui.score')}
        value={search.min_score}
        onChange={(min_score?: number) => set({ min_score })}
        options={[80, 60, 40, 20].map((n) => ({ value: n, label: t('ui.score.from', { n }) }))}
      />
      <Select
        allowClear={clearing()}
        aria-label={t('ui.contacts.fit')}
        placeholder={t('ui.contacts.fit')}
        value={search.grade}
        onChange={(grade?: string) => set({ grade })}
        options={['A', 'B', 'C', 'D'].map((grade) => ({ value: grade, label: t('ui.score.grade', { grade }) }))}
        popupMatchSelectWidth={false}
      />
      <Select
        allowClear={clearing()}
        showSearch
        optionFilterProp="label"
        aria-label={t('ui.contacts.rep')}
        placeholder={t('ui.contacts.rep')}
        loading={reps.isPending}
        value={search.rep}
        onChange={(rep?: number) => set({ rep })}
        options={(reps.data ?? []).map((r) => ({ value: r.id, label: r.name }))}
      />
      <Select
        allowClear={clearing()}
        showSearch
        optionFilterProp="label"
        aria-label={t('ui.contacts.tags')}
        placeholder={t('ui.contacts.tags')}
        loading={tags.isPending}
        value={search.tag}
        onChange={(tag?: number) => set({ tag })}
        options={(tags.data?.items ?? []).map((x) => ({ value: x.id, label: x.name, title: x.group }))}
        popupMatchSelectWidth={false}
      />
      <Select
        allowClear={clearing()}
        aria-label={t('ui.contacts.state')}
        placeholder={t('ui.contacts.state')}
        value={search.state}
        onChange={(state?: string) => set({ state })}
        options={['active', 'half', 'lost', 'removed', 'transferred'].map((value) => ({ value, label: word('filter.word.friend', value) }))}
        popupMatchSelectWidth={false}
      />
      {search.account !== undefined && <AtAccount id={search.account} clear={() => set({ account: undefined })} />}
      {(search.source !== undefined || search.added_days !== undefined) && (
        <span className="filter-chip">
          <span translate="no">{search.source}</span> {search.added_days !== undefined && t('ui.contacts.added', { n: search.added_days })}
          <Button
            type="text"
            size="small"
            aria-label={t('ui.filter.drop')}
            onClick={() => set({ source: undefined, added_days: undefined })}
          >
            ×
          </Button>
        </span>
      )}
      {narrowed(search) && (
        <Button type="link" onClick={() => void navigate({ to: '.', search: {}, replace: true })}>
          {t('ui.filter.clear')}
        </Button>
      )}
    </search>
  )
}

function AtAccount({ id, clear }: { id: number; clear: () => void }) {
  const query = useQuery({ queryKey: ['account', id, 13], queryFn: () => must(api.GET('/accounts/{id}', { params: { path: { id } } })) })
  return (
    <span className="filter-chip">
      <AccountName id={id} name={query.data?.account.name ?? t('ui.account.title')} avatar={false} />
      <Button type="text" size="small" aria-label={t('ui.filter.drop')} onClick={clear}>
        ×
      </Button>
    </span>
  )
}

/** A search field that waits until one has stopped typing. */
export function Words({ value, onChange, label }: { value: string; onChange: (text: string) => void; label: string }) {
  const [text, setText] = useState(value)
  useEffect(() => setText(value), [value])
  // biome-ignore lint/correctness/useExhaustiveDependencies: only typing starts the wait
  useEffect(() => {
    if (text === value) return
    const wait = setTimeout(() => onChange(text.trim()), 300)
    return () => clearTimeout(wait)
  }, [text])
  return (
    <Input.Search
      className="wide"
      allowClear
      aria-label={label}
      placeholder={label}
      value={text}
      maxLength={60}
      onChange={(e) => setText(e.target.value)}
    />
  )
}
