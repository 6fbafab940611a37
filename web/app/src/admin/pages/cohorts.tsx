import { api, must, type Schema } from '../../shared/api'
import { formatDate, formatNumber, t } from '../../shared/i18n'
import { Go } from '../ops/go'
import { Page } from '../page'
import { type Column, Rows } from '../rows'
import { Nothing } from '../states'

type Cohort = Schema<'Cohort'>

const columns: Column<Cohort>[] = [
  { key: 'tag', title: t('ui.cohorts.tag'), width: 'minmax(120px, 2fr)', cell: (c) => <span translate="no">{c.tag}</span> },
  {
    key: 'sop',
    title: t('ui.touches.sop'),
    width: 'minmax(100px, 2fr)',
    cell: (c) => (
      <Go to={`/sops/${c.sop_id}/people`}>
        <span translate="no">{c.sop_name}</span>
      </Go>
    ),
  },
  { key: 'day', title: t('ui.cohorts.day'), width: '110px', optional: true, cell: (c) => formatDate(c.cohort) },
  {
    key: 'members',
    title: t('ui.cohorts.members'),
    width: '80px',
    cell: (c) => <Go to={`/sops/${c.sop_id}/people`}>{formatNumber(c.members)}</Go>,
  },
]

/** The tags that the engine owns so that a moment is seen by its people only. */
export function Cohorts() {
  return (
    <Page title={t('ui.cohorts.title')} lede={t('ui.cohorts.lede')}>
      <Rows<Cohort>
        name={['cohorts']}
        label={t('ui.cohorts.title')}
        columns={columns}
        id={(c) => c.id}
        fetch={(cursor) => must(api.GET('/cohorts', { params: { query: { limit: 100, cursor } } }))}
        empty={<Nothing why={t('ui.cohorts.none')} />}
      />
    </Page>
  )
}
