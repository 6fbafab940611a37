import { CheckCircleFilled, ExclamationCircleFilled, WarningFilled } from '@ant-design/icons'
import type { ReactNode } from 'react'
import { formatAgo, t } from '../../shared/i18n'
import { Go, type Search } from './go'
import { clockOf, nextBusy } from './hours'
import { backlogOf, type Day, useInboxLag, useLeaks, useStop } from './today-data'
import './ops.css'

interface Trouble {
  key: string
  n: number
  bad?: boolean
  since?: string | null
  to: string
  search?: Search
}

/** What somebody has to look at, the worst first; or that there is nothing. */
export function TodayAlerts({ day }: { day: Day }) {
  const inbox = useInboxLag()
  const leaks = useLeaks()
  const stop = useStop()
  const of = (state: Day['backlog'][number]['state'], bad = false): Trouble => {
    const b = backlogOf(day, state)
    return { key: state, n: b.count, bad, since: b.oldest_at, to: '/queue', search: { state } }
  }
  const leaking = (leaks.data?.items ?? []).reduce((sum, l) => sum + l.no_owner + l.no_next_step, 0)
  const all: Trouble[] = [
    of('stuck', true),
    of('unstoppable', true),
    of('parked', true),
    { key: 'failed', n: day.fates.failed ?? 0, bad: true, to: '/touches', search: { day: day.day, fate: 'failed' } },
    { key: 'dead', n: inbox.data?.counts.dead ?? 0, bad: true, to: '/queue', search: { state: 'callbacks' } },
    of('unknown'),
    of('unconfirmed'),
    { key: 'late', n: day.welcome.late, to: '/touches', search: { day: day.day, channel: 'welcome' } },
    { key: 'leaks', n: leaking, to: '/leaks' },
  ]
  const troubles = all.filter((a) => a.n > 0)
  const now = new Date(day.at)
  return (
    <section className="alerts" aria-label={t('ui.today.alerts')}>
      {stop.data?.stopped_at && (
        <Alert bad icon={<ExclamationCircleFilled aria-hidden />}>
          <Go to="/queue" search={{ state: 'queued' }}>
            {t('ui.today.stopped')}
          </Go>
        </Alert>
      )}
      {troubles.map((a) => (
        <Alert key={a.key} bad={a.bad} icon={a.bad ? <ExclamationCircleFilled aria-hidden /> : <WarningFilled aria-hidden />}>
          <Go to={a.to} search={a.search}>
            {t(`ui.today.alert.${a.key}`, { n: a.n })}
          </Go>
          {a.since && <span className="soft">{t('ui.today.oldest', { ago: formatAgo(a.since, now) })}</span>}
        </Alert>
      ))}
      {troubles.length === 0 && !stop.data?.stopped_at && <Calm day={day} />}
    </section>
  )
}

function Alert({ bad = false, icon, children }: { bad?: boolean; icon: ReactNode; children: ReactNode }) {
  return (
    <div className={bad ? 'alert bad' : 'alert'}>
      {icon}
      {children}
    </div>
  )
}

function Calm({ day }: { day: Day }) {
  const next = nextBusy(day.hours, clockOf(day.at, day.zone).hour)
  return (
    <div className="alert good">
      <CheckCircleFilled aria-hidden />
      <span>{t('ui.today.calm')}</span>
      {next && (
        <Go to="/queue" search={{ state: 'upcoming' }}>
          {t('ui.today.next', { hour: next.hour, n: next.ahead })}
        </Go>
      )}
    </div>
  )
}
