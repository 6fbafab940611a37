import { Button } from 'antd'
import { api, must, type Schema } from '../../../shared/api'
import { t } from '../../../shared/i18n'
import { Go } from '../../ops/go'
import { type Column, Rows, type Slice } from '../../rows'
import { Nothing } from '../../states'
import type { Import, Kind, Outcome } from './progress'

type Row = Schema<'ImportRow'>

const homes: Record<Kind, string | undefined> = { accounts: '/accounts', contacts: '/contacts', opportunities: undefined }

const columnsOf = (kind: Kind): Column<Row>[] => [
  { key: 'line', title: t('ui.import.note.line'), width: '44px', cell: (r) => r.line },
  {
    key: 'what',
    title: t(`ui.import.kind.${kind}`),
    width: 'minmax(140px, 1.4fr)',
    cell: (r) => {
      const name = <span translate="no">{r.name || r.cells.find((cell) => cell !== '')}</span>
      const home = homes[kind]
      return r.ref && home ? <Go to={`${home}/${r.ref}`}>{name}</Go> : name
    },
  },
  {
    key: 'cells',
    title: t('ui.import.cells'),
    width: 'minmax(160px, 3fr)',
    optional: true,
    cell: (r) => (
      <span className="import-note" translate="no" title={r.cells.join(' · ')}>
        {r.cells.filter((cell) => cell !== '').join(' · ')}
      </span>
    ),
  },
  {
    key: 'notes',
    title: t('ui.import.note.text'),
    width: 'minmax(120px, 2fr)',
    cell: (r) => (
      <span className="import-note" translate="no" title={r.notes.join(' ')}>
        {r.notes.join(' ')}
      </span>
    ),
  },
]

/** The rows behind one of an import's numbers. */
export function OutcomeRows({ im, outcome }: { im: Import; outcome: Outcome }) {
  const title = t(`ui.import.count.${outcome}`)
  return (
    <section aria-label={title}>
      <div className="import-notes-head">
        <h2 className="import-h2">{title}</h2>
        <Go to={`/import/${im.id}`}>
          <Button tabIndex={-1}>{t('ui.import.outcome.all')}</Button>
        </Go>
      </div>
      <Rows
        name={['import-rows', im.id, im.state, outcome]}
        label={title}
        columns={columnsOf(im.kind)}
        rowHeight={56}
        fetch={(cursor): Promise<Slice<Row>> =>
          must(api.GET('/imports/{id}/rows', { params: { path: { id: im.id }, query: { outcome, limit: 100, cursor } } }))
        }
        id={(r) => r.line}
        empty={<Nothing why={t('ui.import.outcome.none')} />}
      />
    </section>
  )
}
