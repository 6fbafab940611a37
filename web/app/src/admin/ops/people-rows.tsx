import { api, must, type Schema } from '../../shared/api'
import { formatInstant, t, word } from '../../shared/i18n'
import { RepName } from '../people/rep-name'
import { StateTag } from '../people/state-tag'
import { type Column, Rows } from '../rows'
import { Nothing } from '../states'
import type { FlowNode } from './flow'
import { Go } from './go'
import { StepDots } from './step-dots'

type Inside = Schema<'PersonInside'>

export interface PeopleQuery {
  version?: number
  at?: string
  reached?: string
  state?: Inside['state'] | 'inside'
  due?: string
  reason?: string
}

const columnsOf = (sop: number, nodes: readonly FlowNode[]): Column<Inside>[] => [
  {
    key: 'who',
    title: t('ui.touches.who'),
    width: 'minmax(110px, 2fr)',
    cell: (p) => (
      <Go to={`/sops/${sop}/people/${p.id}`}>
        <span translate="no">{p.contact_name || t('ui.person.nameless', { id: String(p.contact_id || p.group_id) })}</span>
        {p.corp_name && (
          <span className="soft" translate="no">
            {' '}
            {p.corp_name}
          </span>
        )}
      </Go>
    ),
  },
  { key: 'steps', title: t('ui.flow.steps'), width: 'minmax(120px, 2fr)', cell: (p) => <StepDots nodes={nodes} steps={p.steps} /> },
  {
    key: 'state',
    title: t('ui.flow.state'),
    width: 'minmax(110px, 1.4fr)',
    optional: true,
    cell: (p) => (
      <>
        <StateTag state={p.state} family="enrollment" />
        {p.reason_text && <span className="soft"> {p.reason_text}</span>}
      </>
    ),
  },
  {
    key: 'rep',
    title: t('ui.touches.rep.title'),
    width: '100px',
    optional: true,
    cell: (p) => (
      <span translate="no">
        <RepName id={p.rep_id} name={p.rep_name} avatar={false} />
      </span>
    ),
  },
  { key: 'from', title: t('ui.flow.from'), width: '120px', optional: true, cell: (p) => formatInstant(p.anchor_at) },
  {
    key: 'next',
    title: t('ui.flow.next'),
    width: '120px',
    optional: true,
    cell: (p) => (p.next_due_at ? formatInstant(p.next_due_at) : word('ui', 'none')),
  },
]

interface PeopleRowsProps {
  sop: number
  nodes: readonly FlowNode[]
  query: PeopleQuery
}

/** The people of a programme, the latest first. */
export function PeopleRows({ sop, nodes, query }: PeopleRowsProps) {
  return (
    <Rows<Inside>
      name={['sop', sop, 'people', query]}
      label={t('ui.flow.people')}
      columns={columnsOf(sop, nodes)}
      id={(p) => p.id}
      fetch={(cursor) => must(api.GET('/sops/{id}/people', { params: { path: { id: sop }, query: { ...query, limit: 100, cursor } } }))}
      empty={<Nothing why={t('ui.flow.people.none')} />}
    />
  )
}
