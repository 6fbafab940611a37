import { PlusOutlined } from '@ant-design/icons'
import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { api, must, type Schema } from '../../shared/api'
import { t } from '../../shared/i18n'
import { type FilterValue, LiveCount } from '../filter'
import { useMay } from '../may'
import { Page } from '../page'
import '../programmes/programmes.css'
import { type Column, Rows } from '../rows'
import { Nothing } from '../states'

type Line = Schema<'AudienceLine'>

/** Saved audiences: what they mean and how many they are now. */
export function Audiences() {
  const may = useMay()('createAudience')
  const create = (
    <Link to="/audiences/new">
      <Button type="primary" icon={<PlusOutlined aria-hidden />} tabIndex={-1}>
        {t('ui.audiences.new')}
      </Button>
    </Link>
  )
  const columns: Column<Line>[] = [
    {
      key: 'name',
      title: t('ui.audiences.name'),
      width: 'minmax(140px, 1fr)',
      cell: (a) => (
        <Link to={`/audiences/${a.id}` as string} translate="no">
          <strong>{a.name}</strong>
        </Link>
      ),
    },
    {
      key: 'sentence',
      title: t('ui.audiences.filter'),
      width: 'minmax(160px, 2.4fr)',
      optional: true,
      cell: (a) => (
        <span className="clamped" translate="no" title={a.sentence}>
          {a.sentence}
        </span>
      ),
    },
    {
      key: 'count',
      title: t('ui.audiences.count'),
      width: 'minmax(90px, 0.6fr)',
      cell: (a) => <LiveCount value={a.filter as FilterValue} />,
    },
  ]
  return (
    <Page title={t('ui.nav.audiences')} lede={t('ui.audiences.lede')} actions={may && create}>
      <Rows
        name={['audiences']}
        label={t('ui.nav.audiences')}
        columns={columns}
        fetch={(cursor) => must(api.GET('/audiences', { params: { query: cursor ? { cursor } : {} } }))}
        id={(a) => a.id}
        rowHeight={60}
        empty={<Nothing why={t('ui.audiences.none')}>{may && create}</Nothing>}
      />
    </Page>
  )
}
