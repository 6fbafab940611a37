import { useNavigate, useSearch } from '@tanstack/react-router'
import { Button } from 'antd'
import { api, must, type Schema } from '../../shared/api'
import { formatInstant, t, word } from '../../shared/i18n'
import { fateOf } from '../ops/fate'
import { FateTag } from '../ops/fate-tag'
import { Go } from '../ops/go'
import { type TouchSearch, touchQuery, touchSearch } from '../ops/touch-filter'
import { TouchFilters } from '../ops/touch-filters'
import { Page } from '../page'
import { PartNote } from '../part-note'
import { RepName } from '../people/rep-name'
import { type Column, Rows } from '../rows'
import { Nothing } from '../states'

type Touch = Schema<'Touch'>

const columns: Column<Touch>[] = [
  {
    key: 'at',
    title: t('ui.touches.at'),
    width: '112px',
    cell: (r) => <Go to={`/touches/${r.id}`}>{formatInstant(r.sent_at ?? r.due_at)}</Go>,
  },
  {
    key: 'who',
    title: t('ui.touches.who'),
    width: 'minmax(96px, 1.2fr)',
    cell: (r) =>
      r.contact_id === 0 ? (
        <span translate="no">{r.contact_name}</span>
      ) : (
        <Go to={`/contacts/${r.contact_id}`}>
          <span translate="no">{r.contact_name || t('ui.person.nameless', { id: String(r.contact_id) })}</span>
        </Go>
      ),
  },
  {
    key: 'what',
    title: t('ui.touches.what'),
    width: 'minmax(96px, 2fr)',
    optional: true,
    cell: (r) => <span translate="no">{[r.sop_name, r.step_name || r.step_key].filter(Boolean).join(' · ')}</span>,
  },
  { key: 'channel', title: t('ui.touches.channel'), width: '92px', optional: true, cell: (r) => word('channel', r.channel) },
  {
    key: 'fate',
    title: t('ui.touches.fate'),
    width: 'minmax(120px, 2fr)',
    cell: (r) => (
      <FateTag fate={fateOf(r)} why={r.reason_text || (['dispatched', 'accepted'].includes(r.state) ? word('state', r.state) : '')} />
    ),
  },
  {
    key: 'rep',
    title: t('ui.touches.rep.title'),
    width: '110px',
    optional: true,
    cell: (r) => (
      <span translate="no">
        <RepName id={r.rep_id} name={r.rep_name} avatar={false} />
      </span>
    ),
  },
]

/** The touch log: every touch that was planned, made or left out, and why. */
export function Touches() {
  const search = touchSearch(useSearch({ strict: false }))
  const navigate = useNavigate()
  const change = (next: TouchSearch) => void navigate({ to: '.', search: next as never, replace: true })
  const query = touchQuery(search)
  const file = new URLSearchParams(Object.entries(query).flatMap(([k, v]) => (v === undefined ? [] : [[k, String(v)]])))
  return (
    <Page
      title={t('ui.nav.touches')}
      lede={t('ui.touches.lede')}
      actions={
        <Button href={`/api/v1/touches/export?${file}`} download>
          {t('ui.touches.export')}
        </Button>
      }
    >
      <TouchFilters search={search} change={change} />
      <PartNote />
      <Rows<Touch>
        name={['touches', query]}
        label={t('ui.nav.touches')}
        columns={columns}
        id={(r) => r.id}
        fetch={(cursor) => must(api.GET('/touches', { params: { query: { ...query, limit: 100, cursor } } }))}
        empty={
          Object.values(query).some((v) => v !== undefined) ? (
            <Nothing why={t('ui.touches.none')}>
              <Button onClick={() => change({})}>{t('ui.touches.clear')}</Button>
            </Nothing>
          ) : (
            <Nothing why={t('ui.touches.never')}>
              <Go to="/sops">{t('ui.touches.never.do')}</Go>
            </Nothing>
          )
        }
      />
    </Page>
  )
}
