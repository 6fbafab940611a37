import { api, must, type Schema } from '../../shared/api'
import { formatAgo, formatInstant, t, word } from '../../shared/i18n'
import { RepName } from '../people/rep-name'
import { type Column, Rows } from '../rows'
import { Nothing } from '../states'
import { Go } from './go'
import { RedriveButton } from './queue-redrive'
import { peopleStates } from './queue-states'

type Row = Schema<'BacklogRow'>
type State = Schema<'BacklogState'>

const who = (r: Row) => {
  if (r.contact_id) {
    return (
      <Go to={`/contacts/${r.contact_id}`}>
        <span translate="no">{r.contact_name || t('ui.person.nameless', { id: String(r.contact_id) })}</span>
      </Go>
    )
  }
  if (r.group_id) return <span translate="no">{r.contact_name}</span>
  return t('ui.queue.people', { n: r.recipients })
}

function columnsOf(state: State, now: Date): Column<Row>[] {
  const story = state === 'due' || state === 'upcoming' || state === 'parked'
  return [
    {
      key: 'since',
      title: state === 'upcoming' ? t('ui.queue.at') : t('ui.queue.since'),
      width: '120px',
      cell: (r) => {
        const words = state === 'upcoming' ? formatInstant(r.since) : formatAgo(r.since, now)
        if (story && r.sop_id) return <Go to={`/sops/${r.sop_id}/people/${r.id}`}>{words}</Go>
        if (state === 'waiting') return <Go to={`/touches/${r.id}`}>{words}</Go>
        return words
      },
    },
    { key: 'who', title: peopleStates.includes(state) ? t('ui.touches.who') : t('ui.queue.to'), width: 'minmax(90px, 1fr)', cell: who },
    {
      key: 'sop',
      title: t('ui.touches.sop'),
      width: 'minmax(110px, 2fr)',
      cell: (r) =>
        r.sop_id ? (
          <Go to={`/sops/${r.sop_id}/people`}>
            <span translate="no" title={r.step_key}>
              {[r.sop_name, r.step_name || r.step_key].filter(Boolean).join(' · ')}
            </span>
          </Go>
        ) : (
          word('channel', r.channel)
        ),
    },
    {
      key: 'channel',
      title: t('ui.touches.channel'),
      width: '92px',
      optional: true,
      cell: (r) => (r.channel ? word('channel', r.channel) : ''),
    },
    {
      key: 'rep',
      title: t('ui.touches.rep.title'),
      width: '120px',
      optional: true,
      cell: (r) => (
        <span translate="no">
          <RepName id={r.rep_id} name={r.rep_name} avatar={false} />
        </span>
      ),
    },
    {
      key: 'error',
      title: t('ui.queue.error'),
      width: 'minmax(80px, 2fr)',
      optional: true,
      cell: (r) => (
        <span translate="no" title={r.error}>
          {word('reason', r.error)}
        </span>
      ),
    },
    ...(state === 'parked'
      ? [{ key: 'do', title: t('ui.queue.do'), width: '110px', cell: (r: Row) => <RedriveButton enrollment={r.id} /> }]
      : []),
  ]
}

interface QueueRowsProps {
  state: State
  rep?: number
  now: Date
}

/** The rows of a state of what is on its way, the oldest first. */
export function QueueRows({ state, rep, now }: QueueRowsProps) {
  return (
    <Rows<Row>
      name={['queue', state, rep]}
      label={word('backlog', state)}
      columns={columnsOf(state, now)}
      id={(r) => r.id}
      fetch={async (cursor) => {
        const page = await must(api.GET('/queue', { params: { query: { state, rep_id: rep, limit: 100, cursor } } }))
        return 'items' in page ? page : { items: [] }
      }}
      empty={<Nothing why={t('ui.queue.none')} />}
    />
  )
}
