import { useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Dropdown, Tag } from 'antd'
import { useState } from 'react'
import { api, must, type Schema } from '../../../shared/api'
import { formatNumber, t, word } from '../../../shared/i18n'
import { Allowed } from '../../allowed'
import { Go } from '../../ops/go'
import { Page } from '../../page'
import { AccountName } from '../../people/account-name'
import { RepName } from '../../people/rep-name'
import { Ring } from '../../people/ring'
import { StateTag } from '../../people/state-tag'
import { type Column, Rows, type Slice } from '../../rows'
import { Nothing } from '../../states'
import { AccountFilters } from './filters'
import { NewAccount } from './new-account'
import { type AccountSearch, accountQuery } from './search'
import '../../card.css'
import '../contacts/contacts.css'

type Account = Schema<'Account'>
type Scored = Schema<'ScoredAccount'>

/** The companies that are worked, with how far. */
export function Accounts() {
  const search = useSearch({ strict: false }) as AccountSearch
  const navigate = useNavigate()
  const [adding, setAdding] = useState(false)
  const scored = search.order === 'priority' || search.box !== undefined
  const narrowed = Object.keys(search).length > 0
  const empty = (
    <Nothing why={narrowed ? t('ui.accounts.none') : t('ui.accounts.empty')}>
      {narrowed ? (
        <Button type="primary" onClick={() => void navigate({ to: '.', search: {} })}>
          {t('ui.filter.clear')}
        </Button>
      ) : (
        <Allowed to="createAccount">
          <Button type="primary" onClick={() => setAdding(true)}>
            {t('ui.accounts.new')}
          </Button>
        </Allowed>
      )}
    </Nothing>
  )
  return (
    <Page
      wide
      title={t('ui.nav.accounts')}
      lede={t('ui.accounts.lede')}
      actions={
        <>
          <Allowed to="createAccount">
            <Button type="primary" onClick={() => setAdding(true)}>
              {t('ui.accounts.new')}
            </Button>
          </Allowed>
          <Allowed to="exportAccounts">
            <Dropdown
              disabled={scored}
              menu={{
                items: ['csv', 'xlsx'].map((format) => ({
                  key: format,
                  label: <a href={exportOf(search, format)}>{t(`ui.export.${format}`)}</a>,
                })),
              }}
            >
              <Button>{t('ui.export')}</Button>
            </Dropdown>
          </Allowed>
        </>
      }
    >
      <AccountFilters search={search} />
      {scored ? (
        <Rows<Scored>
          name={['scored', search.order, search.box]}
          label={t('ui.nav.accounts')}
          columns={scoredColumns}
          fetch={(cursor) => fetchScored(search, cursor)}
          id={(a) => a.id}
          empty={empty}
        />
      ) : (
        <Rows<Account>
          name={['accounts', search]}
          label={t('ui.nav.accounts')}
          columns={columns}
          fetch={(cursor) => must(api.GET('/accounts', { params: { query: { ...accountQuery(search), limit: 50, cursor } } }))}
          id={(a) => a.id}
          rowHeight={58}
          empty={empty}
        />
      )}
      {adding && <NewAccount close={() => setAdding(false)} />}
    </Page>
  )
}

function exportOf(search: AccountSearch, format: string): string {
  const given = Object.entries(accountQuery(search)).flatMap(([k, v]) => (v === undefined ? [] : [[k, String(v)]]))
  return `/api/v1/accounts/export?${new URLSearchParams([...given, ['format', format]])}`
}

async function fetchScored({ box }: AccountSearch, cursor: string | undefined): Promise<Slice<Scored>> {
  if (box === undefined) return must(api.GET('/account-priorities', { params: { query: { limit: 200 } } }))
  return must(api.GET('/account-box', { params: { query: { box: box as 'sell', limit: 100, cursor } } }))
}

const name: Column<Account> = {
  key: 'name',
  title: t('ui.account.title'),
  width: 'minmax(200px, 2.2fr)',
  narrow: 'minmax(140px, 1fr)',
  cell: (a) => <AccountName id={a.id} name={a.name} sub={[a.industry, a.region].filter(Boolean).join(' · ')} />,
}

const mood = { red: 'failed', amber: 'waiting', green: 'done' } as const

const columns: Column<Account>[] = [
  name,
  {
    key: 'tier',
    title: t('ui.account.tier'),
    width: '76px',
    cell: (a) => <Tag>{a.tier ? t(`ui.tier.${a.tier}`) : t('ui.tier.none')}</Tag>,
  },
  { key: 'life', title: t('ui.account.lifecycle'), width: '96px', optional: true, cell: (a) => word('filter.word.lifecycle', a.lifecycle) },
  {
    key: 'ring',
    title: t('ui.standing.ring'),
    width: '84px',
    narrow: '48px',
    cell: (a) =>
      a.ring && (
        <Go to={`/accounts/${a.id}`}>
          <Ring marketing={a.ring.marketing} sales={a.ring.sales} need={a.ring.need} size={40} />
        </Go>
      ),
  },
  {
    key: 'coverage',
    title: t('ui.standing.coverage'),
    width: 'minmax(110px, 1fr)',
    optional: true,
    cell: (a) =>
      a.coverage && (
        <Go to="/contacts" search={{ account: a.id }} title={a.coverage.reasons.map((r) => r.text).join(t('ui.list.comma'))}>
          <StateTag
            state={mood[a.coverage.level]}
            text={`${t(`ui.level.${a.coverage.level}`)} ${a.coverage.known}/${a.coverage.expected}`}
          />
        </Go>
      ),
  },
  {
    key: 'engagement',
    title: t('ui.standing.engagement'),
    width: 'minmax(120px, 1.2fr)',
    optional: true,
    cell: (a) => <Engagement level={a.engagement_level} points={a.engagement} spike={a.spike} />,
  },
  {
    key: 'owner',
    title: t('ui.account.owner_id'),
    width: 'minmax(90px, 1fr)',
    optional: true,
    cell: (a) => <RepName id={a.owner_id} name={a.owner_name} />,
  },
  {
    key: 'sdr',
    title: t('ui.account.sdr_id'),
    width: 'minmax(90px, 1fr)',
    optional: true,
    cell: (a) => <RepName id={a.sdr_id} name={a.sdr_name} />,
  },
]

const scoredColumns: Column<Scored>[] = [
  { key: 'name', title: t('ui.account.title'), width: 'minmax(200px, 2.4fr)', cell: (a) => <AccountName id={a.id} name={a.name} /> },
  {
    key: 'tier',
    title: t('ui.account.tier'),
    width: '76px',
    cell: (a) => <Tag>{a.tier ? t(`ui.tier.${a.tier}`) : t('ui.tier.none')}</Tag>,
  },
  {
    key: 'priority',
    title: t('ui.accounts.priority'),
    width: '80px',
    cell: (a) => <b>{formatNumber(Math.round(a.priority * 10) / 10)}</b>,
  },
  {
    key: 'engagement',
    title: t('ui.standing.engagement'),
    width: 'minmax(120px, 1fr)',
    cell: (a) => <Engagement level={a.level} points={a.engagement} spike={a.spike} />,
  },
  { key: 'fit', title: t('ui.contacts.fit'), width: '72px', optional: true, cell: (a) => formatNumber(Math.round(a.fit)) },
  {
    key: 'people',
    title: t('ui.accounts.known'),
    width: '96px',
    optional: true,
    cell: (a) => (
      <Go to="/contacts" search={{ account: a.id }}>
        {formatNumber(a.known_people)}
      </Go>
    ),
  },
  {
    key: 'owner',
    title: t('ui.account.owner_id'),
    width: 'minmax(90px, 1fr)',
    optional: true,
    cell: (a) => <RepName id={a.owner_id} name={a.owner_name} />,
  },
]

function Engagement({ level, points, spike }: { level: string; points: number | null; spike: number | null }) {
  if (!level) return <span className="soft">{t('ui.score.none')}</span>
  return (
    <>
      {t(`ui.engaged.${level}`)} <span className="soft">{points !== null && formatNumber(Math.round(points))}</span>
      {spike !== null && spike >= 1 && <b title={t('ui.accounts.spike')}> ↑</b>}
    </>
  )
}
