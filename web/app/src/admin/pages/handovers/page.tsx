import { useNavigate, useSearch } from '@tanstack/react-router'
import { Segmented } from 'antd'
import { api, must } from '../../../shared/api'
import { t } from '../../../shared/i18n'
import { Page } from '../../page'
import { AccountName } from '../../people/account-name'
import { ContactName } from '../../people/contact-name'
import { RepName } from '../../people/rep-name'
import { type Column, Rows, type Slice } from '../../rows'
import { Nothing } from '../../states'
import { Answer } from './answer'
import { Clock } from './clock'
import type { Handover, State } from './sla'

const states: State[] = ['open', 'accepted', 'rejected', 'withdrawn']

const columns = (open: boolean): Column<Handover>[] => [
  {
    key: 'who',
    title: t('ui.handovers.who'),
    width: 'minmax(170px, 1.2fr)',
    narrow: 'minmax(120px, 1fr)',
    cell: (h) => (
      <ContactName
        id={h.contact_id}
        name={h.contact_name}
        sub={
          h.account_id ? <AccountName id={h.account_id} name={h.account_name} avatar={false} /> : <span translate="no">{h.corp_name}</span>
        }
      />
    ),
  },
  {
    key: 'why',
    title: t('ui.handovers.why'),
    width: 'minmax(180px, 1.4fr)',
    optional: true,
    cell: (h) => (
      <span title={h.because.sentence} translate="no">
        {h.because.sentence}
      </span>
    ),
  },
  {
    key: 'score',
    title: t('ui.handovers.score'),
    width: '64px',
    optional: true,
    cell: (h) => (h.score === null ? '' : Math.floor(h.score)),
  },
  { key: 'rep', title: t('ui.handovers.rep'), width: '110px', optional: true, cell: (h) => <RepName id={h.rep_id} name={h.rep_name} /> },
  {
    key: 'clock',
    title: t(open ? 'ui.handovers.clock' : 'ui.handovers.decided'),
    width: '150px',
    narrow: '68px',
    cell: (h) => <Clock handover={h} />,
  },
  {
    key: 'answer',
    title: t(open ? 'ui.handovers.answer' : 'ui.handovers.note'),
    width: '170px',
    narrow: '96px',
    cell: (h) => <Answer handover={h} />,
  },
]

const openColumns = columns(true)
const answeredColumns = columns(false)

/** People whom marketing hands to sales, until sales has answered. */
export function Handovers() {
  const { state = 'open', overdue } = useSearch({ from: '/handovers' })
  const navigate = useNavigate({ from: '/handovers' })
  const fetch = (cursor?: string): Promise<Slice<Handover>> =>
    must(api.GET('/handovers', { params: { query: { state, overdue: overdue ? 'true' : undefined, limit: 50, cursor } } }))
  const shown = overdue ? 'overdue' : state
  return (
    <Page title={t('ui.handovers')} lede={t('ui.handovers.lede')}>
      <Segmented
        aria-label={t('ui.handovers.state')}
        value={shown}
        onChange={(to: string) => void navigate({ search: to === 'overdue' ? { overdue: true } : { state: to as State } })}
        options={['open', 'overdue', ...states.slice(1)].map((value) => ({ value, label: t(`ui.handovers.state.${value}`) }))}
        style={{ marginBottom: 16, maxWidth: '100%', overflowX: 'auto' }}
      />
      <Rows
        name={['handovers', state, !!overdue]}
        label={t('ui.handovers')}
        columns={state === 'open' || overdue ? openColumns : answeredColumns}
        rowHeight={64}
        fetch={fetch}
        id={(h) => h.id}
        empty={<Nothing why={t(`ui.handovers.none.${shown}`)} />}
      />
    </Page>
  )
}
