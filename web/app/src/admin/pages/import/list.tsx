import { Link } from '@tanstack/react-router'
import { api, must } from '../../../shared/api'
import { formatInstant, formatNumber, t } from '../../../shared/i18n'
import { Go } from '../../ops/go'
import { Page } from '../../page'
import { type Column, Rows, type Slice } from '../../rows'
import { Nothing } from '../../states'
import { busy, type Import, percent } from './progress'
import { Upload } from './upload'
import './import.css'

const columns: Column<Import>[] = [
  {
    key: 'name',
    title: t('ui.import.file'),
    width: 'minmax(180px, 2fr)',
    cell: (im) => (
      <Link to="/import/$id" params={{ id: String(im.id) }} className="import-link" translate="no">
        {im.name}
      </Link>
    ),
  },
  { key: 'kind', title: t('ui.import.kind'), width: '100px', cell: (im) => t(`ui.import.kind.${im.kind}`) },
  {
    key: 'state',
    title: t('ui.import.state'),
    width: '140px',
    cell: (im) => `${t(`ui.import.state.${im.state}`)}${busy(im.state) ? ` ${percent(im)}%` : ''}`,
  },
  { key: 'rows', title: t('ui.import.rows'), width: '80px', cell: (im) => <Go to={`/import/${im.id}`}>{formatNumber(im.rows)}</Go> },
  {
    key: 'by',
    title: t('ui.import.by'),
    width: '200px',
    optional: true,
    cell: (im) => (
      <>
        <span translate="no">{im.created_by}</span> · {formatInstant(im.created_at)}
      </>
    ),
  },
]

const fetch = (cursor?: string): Promise<Slice<Import>> => must(api.GET('/imports', { params: { query: { limit: 50, cursor } } }))

/** Tables that were brought in, and the place to bring another. */
export function Imports() {
  return (
    <Page title={t('ui.import')} lede={t('ui.import.lede')}>
      <Upload />
      <h2 className="import-h2">{t('ui.import.before')}</h2>
      <Rows
        name={['imports']}
        label={t('ui.import.before')}
        columns={columns}
        fetch={fetch}
        id={(im) => im.id}
        empty={<Nothing why={t('ui.import.none')} />}
      />
    </Page>
  )
}
