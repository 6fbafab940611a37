import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Alert, Button } from 'antd'
import { useState } from 'react'
import { api, must, type Schema } from '../../shared/api'
import { formatInstant, formatNumber, t } from '../../shared/i18n'
import { Go } from '../ops/go'
import { PartNote } from '../part-note'
import { type Column, Rows } from '../rows'
import { Ask } from '../states'
import './programmes.css'
import { Drawer } from '../drawer'

const ways = ['stay', 'move', 'gain', 'lose', 'earlier', 'passed'] as const
type Way = (typeof ways)[number]

interface DiffProps {
  id: number
  from: number
  /** 0 is the draft. */
  to: number
}

/** What differs between two versions, in words, and what moving everybody would mean. */
export function DiffView({ id, from, to }: DiffProps) {
  const [way, setWay] = useState<Way>()
  const diff = useQuery({
    queryKey: ['sop-diff', id, from, to],
    queryFn: () => must(api.GET('/sops/{id}/diff', { params: { path: { id }, query: { from, to } } })),
  })
  return (
    <Ask query={diff} rows={5}>
      {(d) => (
        <div className="panel">
          {d.edits.length === 0 ? (
            <p>{t('ui.versions.diff.none')}</p>
          ) : (
            <ul className="edits">
              {d.edits.map((e) => (
                <li key={`${e.kind} ${e.step_key}`} translate="no">
                  {e.sentence}
                </li>
              ))}
            </ul>
          )}
          <p>
            {d.people.counted > 0 ? (
              <Go to={`/sops/${id}/people`} search={{ state: 'active' }}>
                {t('ui.versions.people', { n: d.people.counted })}
              </Go>
            ) : (
              t('ui.versions.people', { n: 0 })
            )}
          </p>
          {d.people.partial && <Alert type="info" showIcon title={t('ui.versions.partial')} />}
          <div className="numbers">
            {ways.map((k) => (
              <div key={k}>
                <b>
                  {d.people[k] > 0 ? (
                    <Button type="link" onClick={() => setWay(k)}>
                      {formatNumber(d.people[k])}
                    </Button>
                  ) : (
                    0
                  )}
                </b>
                <span>{t(`ui.versions.${k}`)}</span>
              </div>
            ))}
          </div>
          <Drawer
            open={way !== undefined}
            onClose={() => setWay(undefined)}
            size={560}
            title={way && t(`ui.versions.${way}`)}
            destroyOnHidden
          >
            <PartNote />
            {way && <People id={id} to={to} way={way} />}
          </Drawer>
        </div>
      )}
    </Ask>
  )
}

function People({ id, to, way }: { id: number; to: number; way: Way }) {
  const when = (at: string | null) => (at ? formatInstant(at) : '–')
  const columns: Column<Schema<'DiffPerson'>>[] = [
    {
      key: 'who',
      title: t('ui.member.name'),
      width: 'minmax(0, 1.4fr)',
      cell: (p) =>
        p.contact_id > 0 ? (
          <Link to={`/contacts/${p.contact_id}` as string} translate="no">
            {p.contact_name || `#${p.contact_id}`}
          </Link>
        ) : (
          <span translate="no">{p.contact_name || `#${p.group_id}`}</span>
        ),
    },
    { key: 'before', title: t('ui.versions.next.before'), width: 'minmax(98px, 1fr)', cell: (p) => when(p.next_due_at) },
    { key: 'after', title: t('ui.versions.next.after'), width: 'minmax(98px, 1fr)', cell: (p) => when(p.new_due_at) },
  ]
  return (
    <Rows
      name={['diff-people', id, to, way]}
      label={t(`ui.versions.${way}`)}
      columns={columns}
      rowHeight={44}
      fetch={(cursor) =>
        must(api.GET('/sops/{id}/diff/people', { params: { path: { id }, query: { to, way, ...(cursor ? { cursor } : {}) } } }))
      }
      id={(p) => p.enrollment_id}
      empty={t('ui.versions.nobody')}
    />
  )
}
