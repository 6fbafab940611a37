import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button, Tag } from 'antd'
import { useState } from 'react'
import { api, must, type Schema } from '../../../shared/api'
import { formatDate, formatInstant, formatNumber, t } from '../../../shared/i18n'
import { Allowed } from '../../allowed'
import { Page } from '../../page'
import { type Column, Rows } from '../../rows'
import { Nothing } from '../../states'
import { NewTarget } from './new-target'
import '../../card.css'
import '../../people/people.css'
import './targets.css'

type Target = Schema<'TargetList'>

/** The lists of companies that marketing and sales have agreed to go after. */
export function Targets() {
  const [adding, setAdding] = useState(false)
  const add = (
    <Allowed to="createTarget">
      <Button type="primary" onClick={() => setAdding(true)}>
        {t('ui.targets.new')}
      </Button>
    </Allowed>
  )
  return (
    <Page title={t('ui.targets.title')} lede={t('ui.targets.lede')} actions={add}>
      <Allowed to="accountQuality">
        <Lacking />
      </Allowed>
      <Rows<Target>
        name={['target-lists']}
        label={t('ui.targets.title')}
        columns={columns}
        fetch={(cursor) => must(api.GET('/target-lists', { params: { query: { limit: 100, cursor } } }))}
        id={(l) => l.id}
        empty={<Nothing why={t('ui.targets.none')}>{add}</Nothing>}
      />
      {adding && <NewTarget close={() => setAdding(false)} />}
    </Page>
  )
}

const columns: Column<Target>[] = [
  {
    key: 'name',
    title: t('ui.account.name'),
    width: 'minmax(160px, 2fr)',
    cell: (l) => (
      <Link className="who-name" translate="no" to={`/targets/${l.id}` as string}>
        {l.name}
      </Link>
    ),
  },
  { key: 'kind', title: t('ui.targets.kind'), width: '110px', cell: (l) => <Tag>{t(`ui.targets.${l.kind}`)}</Tag> },
  {
    key: 'accounts',
    title: t('ui.targets.accounts'),
    width: '80px',
    cell: (l) => (
      <Link to="/accounts" search={{ list: l.id }}>
        {formatNumber(l.accounts)}
      </Link>
    ),
  },
  {
    key: 'at',
    title: t('ui.targets.refreshed'),
    width: '130px',
    optional: true,
    cell: (l) =>
      l.closed_at
        ? t('ui.targets.closed', { day: formatDate(l.closed_at) })
        : l.refreshed_at
          ? formatInstant(l.refreshed_at)
          : formatDate(l.created_at),
  },
]

/** What accounts lack, each leading to those that do. */
function Lacking() {
  const query = useQuery({ queryKey: ['accounts', 'quality'], queryFn: () => must(api.GET('/accounts/quality')) })
  const found = Object.entries(query.data?.lacks ?? {}).filter(([, n]) => n > 0)
  if (found.length === 0) return null
  return (
    <p className="lacking">
      {t('ui.targets.lacking')}
      {found.map(([what, n]) => (
        <Link key={what} to="/accounts" search={{ lacks: what }}>
          {t(`ui.accounts.lacks.${what}`)} {formatNumber(n)}
        </Link>
      ))}
    </p>
  )
}
