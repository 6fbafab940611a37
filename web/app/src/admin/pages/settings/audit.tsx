import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Tag } from 'antd'
import { api, must, type Schema } from '../../../shared/api'
import { formatDate, formatTime, t, word } from '../../../shared/i18n'
import { Page } from '../../page'
import { type Column, Rows } from '../../rows'
import { Nothing } from '../../states'
import { dayEnd, dayStart } from './audit-range'
import './access.css'

type Entry = Schema<'AuditEntry'>

export interface AuditSearch {
  who?: string
  kind?: string
  id?: string
  from?: string
  to?: string
}

function columnsFor(search: AuditSearch): Column<Entry>[] {
  return [
    {
      key: 'when',
      title: t('ui.audit.when'),
      width: '150px',
      narrow: '126px',
      cell: (e) => (
        <time dateTime={e.at}>
          {formatDate(e.at)} {formatTime(e.at)}
        </time>
      ),
    },
    {
      key: 'who',
      title: t('ui.audit.who'),
      width: 'minmax(80px, 1fr)',
      cell: (e) =>
        e.who ? (
          <Link className="access-link" to="/settings/audit" search={{ ...search, who: e.who }} translate="no">
            {e.who}
          </Link>
        ) : (
          <span className="soft">{t('ui.audit.stranger')}</span>
        ),
    },
    {
      key: 'what',
      title: t('ui.audit.what'),
      width: 'minmax(120px, 2fr)',
      cell: (e) => (
        <>
          {e.text}{' '}
          {e.detail && (
            <span className="soft" translate="no">
              {e.detail}
            </span>
          )}
        </>
      ),
    },
    {
      key: 'object',
      title: t('ui.audit.object'),
      width: '96px',
      optional: true,
      cell: (e) =>
        e.object_id && (
          <Link className="access-link" to="/settings/audit" search={{ ...search, kind: e.object_kind, id: e.object_id }} translate="no">
            {/^\d+$/.test(e.object_id) ? `#${e.object_id}` : e.object_id}
          </Link>
        ),
    },
    {
      key: 'from',
      title: t('ui.audit.from'),
      width: 'minmax(110px, 1fr)',
      optional: true,
      cell: (e) => (
        <>
          <span className="soft">{e.address}</span> <Tag>{word('ui.sessions.way', e.way)}</Tag>
        </>
      ),
    },
  ]
}

/** Who changed what, and when. */
export function Audit() {
  const search = useSearch({ strict: false }) as AuditSearch
  const navigate = useNavigate()
  const filter = (next: AuditSearch) => void navigate({ to: '/settings/audit', search: { ...search, ...next }, replace: true })
  const from = dayStart(search.from)
  const to = dayEnd(search.to)
  const filtered = Boolean(search.who || search.kind || from || to)
  return (
    <Page title={t('ui.audit')} lede={t('ui.audit.lede')}>
      <search className="set-filters">
        <span className="audit-days">
          <input
            type="date"
            aria-label={t('ui.audit.day.from')}
            value={search.from ?? ''}
            max={search.to}
            onChange={(e) => filter({ from: e.target.value || undefined })}
          />
          <span aria-hidden>–</span>
          <input
            type="date"
            aria-label={t('ui.audit.day.to')}
            value={search.to ?? ''}
            min={search.from}
            onChange={(e) => filter({ to: e.target.value || undefined })}
          />
        </span>
        {search.who && (
          <Tag closable onClose={() => filter({ who: undefined })}>
            {t('ui.audit.who')} <span translate="no">{search.who}</span>
          </Tag>
        )}
        {search.kind && (
          <Tag closable onClose={() => filter({ kind: undefined, id: undefined })}>
            {t('ui.audit.object')} <span translate="no">{[search.kind, search.id].filter(Boolean).join(' #')}</span>
          </Tag>
        )}
      </search>
      <Rows<Entry>
        name={['audit', search]}
        label={t('ui.audit')}
        columns={columnsFor(search)}
        id={(e) => e.id}
        fetch={(cursor) =>
          must(
            api.GET('/audit', {
              params: { query: { who: search.who, object_kind: search.kind, object_id: search.id, from, to, cursor, limit: 100 } },
            }),
          )
        }
        empty={
          <Nothing why={t('ui.audit.empty')}>
            {filtered && (
              <Button onClick={() => void navigate({ to: '/settings/audit', search: {}, replace: true })}>{t('ui.audit.clear')}</Button>
            )}
          </Nothing>
        }
      />
    </Page>
  )
}
