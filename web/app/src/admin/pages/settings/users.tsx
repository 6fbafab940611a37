import { useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Input, Select, Tag } from 'antd'
import { useState } from 'react'
import { api, must, type Schema } from '../../../shared/api'
import { formatAgo, t, word } from '../../../shared/i18n'
import { Page } from '../../page'
import { type Column, Rows } from '../../rows'
import { Nothing } from '../../states'
import { useDepartments } from './departments'
import { UserDialog } from './user-dialog'
import { roles } from './user-rules'
import './access.css'

type User = Schema<'User'>

export interface UsersSearch {
  q?: string
  role?: Schema<'Role'>
}

function RoleOf({ user }: { user: User }) {
  if (user.blocked) return <Tag color="error">{t('ui.users.blocked')}</Tag>
  if (!user.role) return <span className="soft">{t('ui.users.none')}</span>
  return (
    <>
      <Tag>{word('ui.role', user.role)}</Tag>
      {!user.given && <span className="soft">{t('ui.users.default')}</span>}
    </>
  )
}

function ReachOf({ user, names }: { user: User; names: Map<number, string> }) {
  if (!user.role || user.blocked || !user.reach) return null
  if (user.reach !== 'departments') return t(`ui.reach.${user.reach}`)
  const known = user.department_ids.map((id) => names.get(id)).filter(Boolean)
  return known.length > 0 ? <span translate="no">{known.join(', ')}</span> : t('ui.users.departments.n', { n: user.department_ids.length })
}

/** Who may do what, and whose customers they see. */
export function Users() {
  const search = useSearch({ strict: false }) as UsersSearch
  const navigate = useNavigate()
  const [editing, setEditing] = useState<User>()
  const departments = useDepartments()
  const names = new Map(departments.data?.map((d) => [d.id, d.name]))
  const filter = (next: UsersSearch) => void navigate({ to: '/settings/users', search: { ...search, ...next }, replace: true })
  const filtered = Boolean(search.q || search.role)
  const columns: Column<User>[] = [
    {
      key: 'member',
      title: t('ui.users.member'),
      width: 'minmax(120px, 2fr)',
      cell: (u) => (
        <span translate="no">
          <strong>{u.name || u.userid}</strong> <span className="soft">{u.userid}</span>
        </span>
      ),
    },
    { key: 'role', title: t('ui.users.role'), width: 'minmax(110px, 1fr)', cell: (u) => <RoleOf user={u} /> },
    { key: 'reach', title: t('ui.reach'), width: 'minmax(90px, 1fr)', optional: true, cell: (u) => <ReachOf user={u} names={names} /> },
    {
      key: 'seen',
      title: t('ui.users.seen'),
      width: 'minmax(90px, 1fr)',
      optional: true,
      cell: (u) => <span className="soft">{u.seen_at ? formatAgo(u.seen_at, new Date()) : t('ui.users.never')}</span>,
    },
    {
      key: 'edit',
      title: <span className="sr-only">{t('ui.users.edit')}</span>,
      width: '84px',
      cell: (u) => (
        <Button size="small" onClick={() => setEditing(u)}>
          {t('ui.users.edit')}
        </Button>
      ),
    },
  ]
  return (
    <Page title={t('ui.users')} lede={t('ui.users.lede')}>
      <search className="set-filters">
        <Input.Search
          key={search.q}
          allowClear
          defaultValue={search.q}
          aria-label={t('ui.users.find')}
          placeholder={t('ui.users.find')}
          onSearch={(q) => filter({ q: q.trim() || undefined })}
          style={{ width: 240 }}
        />
        <Select<string>
          aria-label={t('ui.users.role')}
          value={search.role ?? ''}
          onChange={(role) => filter({ role: roles.find((r) => r === role) })}
          options={[{ value: '', label: t('ui.users.role.any') }, ...roles.map((r) => ({ value: r as string, label: word('ui.role', r) }))]}
          style={{ width: 140 }}
        />
      </search>
      <Rows<User>
        name={['users', search.q, search.role]}
        label={t('ui.users')}
        columns={columns}
        id={(u) => u.rep_id}
        fetch={(cursor) => must(api.GET('/users', { params: { query: { q: search.q, role: search.role, cursor, limit: 100 } } }))}
        empty={
          <Nothing why={filtered ? t('ui.users.empty') : t('ui.users.empty.all')}>
            {filtered ? (
              <Button onClick={() => filter({ q: undefined, role: undefined })}>{t('ui.users.clear')}</Button>
            ) : (
              <Button href="/settings/wecom">{t('ui.set.wecom')}</Button>
            )}
          </Nothing>
        }
      />
      {editing && <UserDialog user={editing} close={() => setEditing(undefined)} />}
    </Page>
  )
}
