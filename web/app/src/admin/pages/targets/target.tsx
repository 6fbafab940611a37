import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { Button, DatePicker, Tag } from 'antd'
import { api, must, type Schema } from '../../../shared/api'
import { formatDate, formatInstant, formatNumber, t } from '../../../shared/i18n'
import { Allowed } from '../../allowed'
import { useChange } from '../../change'
import { useMay } from '../../may'
import { Go } from '../../ops/go'
import { Page } from '../../page'
import { PartNote } from '../../part-note'
import { AccountName } from '../../people/account-name'
import { AccountPicker } from '../../people/account-picker'
import { RepName } from '../../people/rep-name'
import { Ring } from '../../people/ring'
import { type Column, Rows } from '../../rows'
import { Ask, Nothing } from '../../states'
import { Sizes } from './sizes'
import '../account/account.css'
import './targets.css'
import { Sure } from '../../sure'

type Target = Schema<'TargetList'>
type Account = Schema<'Account'>
type Member = Schema<'TargetAccount'>

/** A target list: who is on it now with their rings, or who was on a day. */
export function TargetHome() {
  const id = Number(useParams({ strict: false }).id)
  const { on } = useSearch({ strict: false }) as { on?: string }
  const navigate = useNavigate()
  const query = useQuery({ queryKey: ['target', id], queryFn: () => must(api.GET('/target-lists/{id}', { params: { path: { id } } })) })
  const list = query.data
  return (
    <Page
      named
      title={list?.name ?? t('ui.targets.title')}
      lede={list && <Facts list={list} />}
      actions={list && !list.closed_at && <Acts list={list} />}
    >
      <Ask query={query} rows={8}>
        {(l) => (
          <>
            <div className="target-tools">
              {l.kind === 'fixed' && !l.closed_at && !on && (
                <Allowed to="nominate">
                  <Nominate id={id} />
                </Allowed>
              )}
              <Allowed to="listTargetAccounts">
                <DatePicker
                  aria-label={t('ui.targets.on')}
                  placeholder={t('ui.targets.on')}
                  onChange={(day) => void navigate({ to: '.', search: { on: day ? day.format('YYYY-MM-DD') : undefined }, replace: true })}
                />
              </Allowed>{' '}
              {on && <span className="soft">{t('ui.targets.as-of', { day: formatDate(on) })}</span>}
            </div>
            <Sizes id={id} />
            <PartNote />
            {on ? <Then id={id} on={on} /> : <Now list={l} />}
          </>
        )}
      </Ask>
    </Page>
  )
}

function Facts({ list }: { list: Target }) {
  return (
    <span className="account-facts">
      <Tag>{t(`ui.targets.${list.kind}`)}</Tag>
      {list.purposes.map((p) => (
        <Tag key={p}>{t(`ui.targets.purpose.${p}`)}</Tag>
      ))}
      <Go to="/accounts" search={{ list: list.id }}>
        {t('ui.targets.n', { n: list.accounts })}
      </Go>
      {list.refreshed_at && <span>{t('ui.targets.fresh', { at: formatInstant(list.refreshed_at) })}</span>}
      {list.closed_at && <span>{t('ui.targets.closed', { day: formatDate(list.closed_at) })}</span>}
    </span>
  )
}

function Acts({ list: { id, kind } }: { list: Target }) {
  const stale = [['target', id], ['rows'], ['target-lists']]
  const refresh = useChange(() => must(api.POST('/target-lists/{id}/refresh', { params: { path: { id } } })), stale)
  const close = useChange(() => must(api.POST('/target-lists/{id}/close', { params: { path: { id } } })), stale)
  return (
    <>
      {kind === 'dynamic' && (
        <Allowed to="refreshTarget">
          <Button loading={refresh.isPending} onClick={() => refresh.mutate()}>
            {t('ui.targets.refresh')}
          </Button>
        </Allowed>
      )}
      <Allowed to="closeTarget">
        <Sure title={t('ui.targets.close.sure')} okText={t('ui.targets.close')} onConfirm={() => close.mutate()}>
          <Button>{t('ui.targets.close')}</Button>
        </Sure>
      </Allowed>
    </>
  )
}

function Nominate({ id }: { id: number }) {
  const add = useChange(
    (account_id: number) =>
      must(
        api.POST('/target-lists/{id}/nominations', {
          params: { path: { id } },
          body: { nominations: [{ account_id, note: t('ui.targets.by-hand') }] },
        }),
      ),
    [['target', id], ['rows']],
  )
  return (
    <div className="target-add">
      <AccountPicker label={t('ui.targets.add')} value={undefined} onChange={(account) => add.mutate(account)} />
    </div>
  )
}

function Now({ list }: { list: Target }) {
  const may = useMay()
  const { id } = list
  const remove = useChange(
    (part: number) => api.DELETE('/target-lists/{id}/accounts/{part}', { params: { path: { id, part } } }),
    [['target', id], ['rows']],
  )
  const columns: Column<Account>[] = [
    {
      key: 'name',
      title: t('ui.account.title'),
      width: 'minmax(180px, 2fr)',
      cell: (a) => <AccountName id={a.id} name={a.name} sub={[a.industry, a.region].filter(Boolean).join(' · ')} />,
    },
    {
      key: 'tier',
      title: t('ui.account.tier'),
      width: '80px',
      cell: (a) => <Tag>{a.tier ? t(`ui.tier.${a.tier}`) : t('ui.tier.none')}</Tag>,
    },
    {
      key: 'ring',
      title: t('ui.standing.ring'),
      width: '64px',
      cell: (a) =>
        a.ring && (
          <Go to={`/accounts/${a.id}`}>
            <Ring marketing={a.ring.marketing} sales={a.ring.sales} need={a.ring.need} />
          </Go>
        ),
    },
    {
      key: 'known',
      title: t('ui.standing.coverage'),
      width: '90px',
      optional: true,
      cell: (a) =>
        a.coverage && (
          <Go to="/contacts" search={{ account: a.id }}>{`${formatNumber(a.coverage.known)}/${formatNumber(a.coverage.expected)}`}</Go>
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
  if (list.kind === 'fixed' && !list.closed_at && may('removeFromTarget'))
    columns.push({
      key: 'off',
      title: '',
      width: '80px',
      cell: (a) => (
        <Sure title={t('ui.targets.remove.sure')} okText={t('ui.remove')} onConfirm={() => remove.mutate(a.id)}>
          <Button size="small" type="link">
            {t('ui.remove')}
          </Button>
        </Sure>
      ),
    })
  return (
    <Rows<Account>
      name={['target', id, 'now']}
      label={t('ui.targets.accounts')}
      columns={columns}
      fetch={(cursor) => must(api.GET('/accounts', { params: { query: { list_id: id, limit: 50, cursor } } }))}
      id={(a) => a.id}
      rowHeight={58}
      empty={<Nothing why={list.kind === 'fixed' ? t('ui.targets.empty') : t('ui.targets.empty.rule')} />}
    />
  )
}

function Then({ id, on }: { id: number; on: string }) {
  const columns: Column<Member>[] = [
    {
      key: 'name',
      title: t('ui.account.title'),
      width: 'minmax(180px, 2fr)',
      cell: (a) => <AccountName id={a.account_id} name={a.name} />,
    },
    { key: 'tier', title: t('ui.account.tier'), width: '80px', cell: (a) => a.tier || t('ui.tier.none') },
    { key: 'from', title: t('ui.targets.since'), width: '120px', cell: (a) => formatDate(a.from_at) },
    { key: 'to', title: t('ui.targets.until'), width: '120px', cell: (a) => (a.to_at ? formatDate(a.to_at) : '') },
    {
      key: 'note',
      title: t('ui.notes.title'),
      width: 'minmax(80px, 1fr)',
      optional: true,
      cell: (a) => <span translate="no">{a.note}</span>,
    },
  ]
  return (
    <Rows<Member>
      name={['target', id, on]}
      label={t('ui.targets.accounts')}
      columns={columns}
      fetch={(cursor) => must(api.GET('/target-lists/{id}/accounts', { params: { path: { id }, query: { on, limit: 100, cursor } } }))}
      id={(a) => a.account_id}
      empty={<Nothing why={t('ui.targets.empty.then')} />}
    />
  )
}
