import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Dropdown } from 'antd'
import { api, must, type Schema } from '../../../shared/api'
import { t, word } from '../../../shared/i18n'
import { Allowed } from '../../allowed'
import { Page } from '../../page'
import { AccountName } from '../../people/account-name'
import { ContactName } from '../../people/contact-name'
import { RepName } from '../../people/rep-name'
import { StageTag } from '../../people/stage-tag'
import type { Column, Slice } from '../../rows'
import { Nothing } from '../../states'
import { ContactFilters } from './filters'
import { ContactList } from './list'
import { Score } from './score'
import { type ContactSearch, contactQuery, narrowed } from './search'
import '../../card.css'
import './contacts.css'

export type Contact = Schema<'Contact'>

/** Everybody whom we know, or those whom the filters leave. */
export function Contacts() {
  const search = useSearch({ strict: false }) as ContactSearch
  const navigate = useNavigate()
  const clear = (
    <Button type="primary" onClick={() => void navigate({ to: '.', search: {} })}>
      {t('ui.filter.clear')}
    </Button>
  )
  return (
    <Page wide title={t('ui.nav.contacts')} lede={t('ui.contacts.lede')} actions={<Export search={search} />}>
      <ContactFilters search={search} />
      <ContactList
        key={JSON.stringify(search)}
        search={search}
        columns={columns}
        fetch={(cursor) => fetchContacts(search, cursor)}
        empty={
          narrowed(search) ? (
            <Nothing why={t('ui.contacts.none')}>{clear}</Nothing>
          ) : (
            <Nothing why={t('ui.contacts.empty')}>
              <Allowed to="startSync">
                <Link to="/settings/wecom">{t('ui.set.wecom')}</Link>
              </Allowed>
            </Nothing>
          )
        }
      />
    </Page>
  )
}

const columns: Column<Contact>[] = [
  {
    key: 'who',
    title: t('ui.contacts.who'),
    width: 'minmax(170px, 2fr)',
    cell: (c) => <ContactName id={c.id} name={c.name} sub={c.position || (c.role ? word('filter.word.role', c.role) : undefined)} />,
  },
  {
    key: 'account',
    title: t('ui.account.title'),
    width: 'minmax(150px, 2fr)',
    cell: (c) =>
      c.account_id ? (
        <AccountName id={c.account_id} name={c.account_name} avatar={false} />
      ) : (
        <span className="soft">{c.corp_name ? <span translate="no">{c.corp_name}</span> : t('ui.contacts.no-account')}</span>
      ),
  },
  { key: 'stage', title: t('ui.stage'), width: 'minmax(140px, 1.2fr)', cell: (c) => <StageTag stage={c.stage} /> },
  { key: 'score', title: t('ui.score'), width: '110px', cell: (c) => <Score score={c.score} grade={c.grade} /> },
  { key: 'rep', title: t('ui.contacts.rep'), width: 'minmax(100px, 1fr)', optional: true, cell: (c) => <Reps contact={c} /> },
  {
    key: 'tags',
    title: t('ui.contacts.tags'),
    width: 'minmax(140px, 2fr)',
    optional: true,
    cell: (c) => (
      <span className="soft" translate="no" title={c.tags.map((x) => x.name).join(' ')}>
        {[...new Set(c.tags.map((x) => x.name))].join(' · ')}
      </span>
    ),
  },
]

function Reps({ contact }: { contact: Contact }) {
  const [first, ...more] = contact.relationships.filter((r) => r.state === 'active')
  if (!first) return <span className="soft">{t('ui.contacts.no-rep')}</span>
  return (
    <>
      <RepName id={first.rep_id} name={first.rep_name} />
      {more.length > 0 && <span className="soft"> +{more.length}</span>}
    </>
  )
}

/** A page of contacts. Members of an audience and silent ones are looked up by their ids. */
export async function fetchContacts(search: ContactSearch, cursor: string | undefined): Promise<Slice<Contact>> {
  if (search.audience === undefined && search.silent === undefined) {
    return must(api.GET('/contacts', { params: { query: { ...contactQuery(search), limit: 100, cursor } } }))
  }
  const found = await fetchIds(search, cursor)
  if (found.items.length === 0) return { items: [] }
  const { items } = await must(api.GET('/contacts', { params: { query: { ...contactQuery(search), ids: found.items, limit: 200 } } }))
  const order = new Map(found.items.map((id, i) => [id, i]))
  return { items: items.sort((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0)), next_cursor: found.next_cursor }
}

async function fetchIds({ audience, silent }: ContactSearch, cursor: string | undefined): Promise<Slice<number>> {
  if (audience !== undefined) {
    const page = await must(api.GET('/audiences/{id}/members', { params: { path: { id: audience }, query: { limit: 100, cursor } } }))
    return { items: page.items.map((m) => m.id), next_cursor: page.next_cursor }
  }
  const page = await must(api.GET('/silent', { params: { query: { band: String(silent) as '30', limit: 100, cursor } } }))
  return { items: page.items.map((m) => m.contact_id), next_cursor: page.next_cursor }
}

function Export({ search }: { search: ContactSearch }) {
  const { audience, silent } = search
  const query = new URLSearchParams(Object.entries(contactQuery(search)).flatMap(([k, v]) => (v === undefined ? [] : [[k, String(v)]])))
  const href = (format: string) => `/api/v1/contacts/export?${new URLSearchParams([...query, ['format', format]])}`
  const waiting = useQuery({
    queryKey: ['suggestions', 'any'],
    queryFn: () => must(api.GET('/match/suggestions', { params: { query: { limit: 1 } } })),
  })
  return (
    <>
      {(waiting.data?.items.length ?? 0) > 0 && <Link to={'/matches' as string}>{t('ui.contacts.matches')}</Link>}
      <Dropdown
        disabled={audience !== undefined || silent !== undefined}
        menu={{ items: ['csv', 'xlsx'].map((format) => ({ key: format, label: <a href={href(format)}>{t(`ui.export.${format}`)}</a> })) }}
      >
        <Button>{t('ui.export')}</Button>
      </Dropdown>
    </>
  )
}
