import { useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Segmented, Tag } from 'antd'
import { api, must, type Schema } from '../../../shared/api'
import { formatAgo, formatInstant, t } from '../../../shared/i18n'
import { useSession } from '../../../shared/session'
import { useChange } from '../../change'
import { Page } from '../../page'
import { type Column, Rows } from '../../rows'
import { Nothing } from '../../states'
import { deviceOf } from './device'
import './access.css'

type Open = Schema<'OpenSession'>

export interface SessionsSearch {
  of?: 'all'
}

/** The browsers that are signed in: one's own, for administrators everybody's. */
export function Sessions() {
  const { of } = useSearch({ strict: false }) as SessionsSearch
  const navigate = useNavigate()
  const admin = useSession().data?.role === 'admin'
  const end = useChange(
    (id: number) => must(api.DELETE('/sessions/{id}', { params: { path: { id } } })),
    [['rows', 'sessions']],
    t('ui.sessions.ended'),
  )
  const device: Column<Open> = {
    key: 'device',
    title: t('ui.sessions.device'),
    width: 'minmax(140px, 2fr)',
    cell: (s) => (
      <span title={s.agent} translate="no">
        {deviceOf(s.agent) || <span translate="yes">{t('ui.sessions.device.unknown')}</span>}{' '}
        <Tag translate="yes">{t(`ui.sessions.way.${s.way}`)}</Tag>
      </span>
    ),
  }
  const who: Column<Open> = {
    key: 'who',
    title: t('ui.sessions.who'),
    width: 'minmax(80px, 1fr)',
    cell: (s) => <span translate="no">{s.name}</span>,
  }
  const columns: Column<Open>[] = [
    ...(of ? [who] : []),
    device,
    {
      key: 'address',
      title: t('ui.sessions.address'),
      width: 'minmax(90px, 1fr)',
      optional: true,
      cell: (s) => <span className="soft">{s.address}</span>,
    },
    {
      key: 'seen',
      title: t('ui.sessions.seen'),
      width: 'minmax(90px, 1fr)',
      optional: true,
      cell: (s) => <span title={formatInstant(s.created_at)}>{formatAgo(s.seen_at, new Date())}</span>,
    },
    {
      key: 'end',
      title: <span className="sr-only">{t('ui.sessions.end')}</span>,
      width: '92px',
      cell: (s) =>
        s.current ? (
          <span className="access-good">{t('ui.sessions.current')}</span>
        ) : (
          <Button size="small" loading={end.isPending && end.variables === s.id} onClick={() => end.mutate(s.id)}>
            {t('ui.sessions.end')}
          </Button>
        ),
    },
  ]
  return (
    <Page title={t('ui.sessions')} lede={t('ui.sessions.lede')}>
      {admin && (
        <div className="set-filters">
          <Segmented
            aria-label={t('ui.sessions.who')}
            value={of ?? 'me'}
            onChange={(value) => void navigate({ to: '/settings/sessions', search: value === 'all' ? { of: 'all' } : {}, replace: true })}
            options={[
              { value: 'me', label: t('ui.sessions.mine') },
              { value: 'all', label: t('ui.sessions.all') },
            ]}
          />
        </div>
      )}
      <Rows<Open>
        name={['sessions', of]}
        label={t('ui.sessions')}
        columns={columns}
        id={(s) => s.id}
        fetch={(cursor) => must(api.GET('/sessions', { params: { query: { of, cursor, limit: 100 } } }))}
        empty={<Nothing why={t('ui.sessions.empty')} />}
      />
    </Page>
  )
}
