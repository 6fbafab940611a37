import { DownloadOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { api, must, type Schema } from '../../../shared/api'
import { t } from '../../../shared/i18n'
import { type Column, Rows, type Slice } from '../../rows'
import { Nothing } from '../../states'
import { useImportFields } from './fields'
import type { Import } from './progress'

type Note = Schema<'ImportNote'>

const columns = (label: (field: string) => string): Column<Note>[] => [
  { key: 'line', title: t('ui.import.note.line'), width: '44px', cell: (n) => n.line },
  { key: 'field', title: t('ui.import.note.field'), width: 'minmax(80px, 140px)', optional: true, cell: (n) => label(n.field) },
  {
    key: 'text',
    title: t('ui.import.note.text'),
    width: 'minmax(180px, 1fr)',
    cell: (n) => (
      <span className="import-note" title={n.text} translate="no">
        {n.text}
      </span>
    ),
  },
]

/** What is to be said about rows, in the order of the lines. */
export function Notes({ im }: { im: Import }) {
  const fields = useImportFields(im.kind)
  const label = (field: string) => fields.data?.items.find((f) => f.key === field)?.label ?? field
  if (im.counts.notes === 0) return <p className="soft">{t('ui.import.notes.none')}</p>
  return (
    <section aria-label={t('ui.import.notes', { n: im.counts.notes })}>
      <div className="import-notes-head">
        <h2 className="import-h2">{t('ui.import.notes', { n: im.counts.notes })}</h2>
        <Button icon={<DownloadOutlined />} href={`/api/v1/imports/${im.id}/notes/file`} download>
          {t('ui.import.notes.file')}
        </Button>
      </div>
      <Rows
        name={['import-notes', im.id, im.state]}
        label={t('ui.import.notes', { n: im.counts.notes })}
        columns={columns(label)}
        rowHeight={56}
        fetch={(cursor): Promise<Slice<Note>> =>
          must(api.GET('/imports/{id}/notes', { params: { path: { id: im.id }, query: { limit: 100, cursor } } }))
        }
        id={(n) => `${n.line} ${n.field} ${n.code} ${n.text}`}
        empty={<Nothing why={t('ui.import.notes.none')} />}
      />
    </section>
  )
}
