import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { Alert, Button, Tag } from 'antd'
import { useState } from 'react'
import { api, must } from '../../../shared/api'
import { formatMoney, t, word } from '../../../shared/i18n'
import { Allowed } from '../../allowed'
import { Page } from '../../page'
import { Avatar } from '../../people/avatar'
import { RepName } from '../../people/rep-name'
import { Ask } from '../../states'
import { Deals } from './deals'
import { EditAccount } from './edit'
import { Events } from './events'
import { TouchGraph } from './graph'
import { Names } from './names'
import { Notes } from './notes'
import { PeopleMap } from './people-map'
import { Plan } from './plan'
import type { Account } from './shape'
import { Standing } from './standing'
import './account.css'

/** The home page of an account. */
export function AccountHome() {
  const id = Number(useParams({ strict: false }).id)
  const { weeks = 13 } = useSearch({ strict: false }) as { weeks?: number }
  const navigate = useNavigate()
  const query = useQuery({
    queryKey: ['account', id, weeks],
    queryFn: () => must(api.GET('/accounts/{id}', { params: { path: { id }, query: { weeks } } })),
    placeholderData: (before) => (before?.account.id === id ? before : undefined),
  })
  const [editing, setEditing] = useState(false)
  const page = query.data
  return (
    <Page
      wide
      named
      title={page?.account.name ?? t('ui.account.title')}
      lede={page && <Facts page={page} />}
      actions={
        page && (
          <Allowed to="updateAccount">
            <Button type="primary" onClick={() => setEditing(true)}>
              {t('ui.edit')}
            </Button>
          </Allowed>
        )
      }
    >
      <Ask query={query} rows={12}>
        {(page) => (
          <div className="cards account">
            {page.account.merged_into !== null && <Merged into={page.account.merged_into} />}
            <Standing page={page} />
            <TouchGraph
              page={page}
              weeks={weeks}
              onWeeks={(n) => void navigate({ to: '.', search: { weeks: n === 13 ? undefined : n }, replace: true })}
            />
            <PeopleMap page={page} />
            <Plan page={page} />
            <Events page={page} />
            <Notes page={page} />
            <Deals accountId={page.account.id} />
            <Names page={page} />
          </div>
        )}
      </Ask>
      {editing && page && <EditAccount account={page.account} close={() => setEditing(false)} />}
    </Page>
  )
}

function Merged({ into }: { into: number }) {
  const to: string = `/accounts/${into}`
  return (
    <Alert
      className="full-row"
      type="warning"
      showIcon
      title={t('ui.account.merged')}
      action={<Link to={to}>{t('ui.account.merged.go')}</Link>}
    />
  )
}

function Facts({ page }: { page: Account }) {
  const { account: a, owner, sdr, lists, reps } = page
  return (
    <span className="account-facts">
      <Avatar id={a.id} name={a.name} company size={28} />
      <Tag>{a.tier ? t(`ui.tier.${a.tier}`) : t('ui.tier.none')}</Tag>
      <Tag>{word('filter.word.lifecycle', a.lifecycle)}</Tag>
      {a.strategic && <Tag>★ {t('ui.account.lighthouse')}</Tag>}
      <span translate="no">{[a.industry, a.region].filter(Boolean).join(' · ')}</span>
      {a.employees !== null && <span>{t('ui.account.size', { n: a.employees })}</span>}
      {a.acv !== null && <span>{t('ui.account.worth', { amount: formatMoney(a.acv) })}</span>}
      <Charge title={t('ui.account.owner_id')} charge={owner} reps={reps} />
      <Charge title={t('ui.account.sdr_id')} charge={sdr} reps={reps} />
      {lists.map((l) => {
        const to: string = `/targets/${l.id}`
        return (
          <Link key={l.id} to={to}>
            <Tag translate="no">{l.name}</Tag>
          </Link>
        )
      })}
    </span>
  )
}

function Charge({ title, charge, reps }: { title: string; charge: Account['owner']; reps: Account['reps'] }) {
  return (
    <span className="account-charge">
      {title} <RepName id={charge.rep_id} name={reps[charge.rep_id]} />
      {charge.reason === 'backup' && <span className="soft">{t('ui.account.standing-in')}</span>}
    </span>
  )
}
