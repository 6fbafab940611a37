import { formatNumber, t, word } from '../../shared/i18n'
import { Ask } from '../states'
import { Go } from './go'
import { Quiet } from './quiet'
import { useInboxLag, useLeaks, useTagBudget } from './today-data'
import './ops.css'

/** What leaks, how full the tag library is, and how far callbacks are behind. */
export function TodayStock() {
  const leaks = useLeaks()
  const tags = useTagBudget()
  const inbox = useInboxLag()
  return (
    <section className="panel" aria-labelledby="stock-title">
      <div className="panel-head">
        <h2 id="stock-title">{t('ui.today.leaks')}</h2>
        <Go to="/leaks">{t('ui.today.leaks.all')}</Go>
      </div>
      <Ask query={leaks} rows={3}>
        {({ items }) => {
          const teams = [...new Set(items.map((i) => i.team))]
          if (teams.length === 0) return <Quiet why={t('ui.today.leaks.none')} />
          return (
            <ul className="bars">
              {teams.map((team) => {
                const of = items.filter((i) => i.team === team)
                const owner = of.reduce((sum, i) => sum + i.no_owner, 0)
                const next = of.reduce((sum, i) => sum + i.no_next_step, 0)
                return (
                  <li key={team}>
                    <span className="bar-name">{word('ui.team', team)}</span>
                    <span className="bar-facts wide">
                      <Go to="/leaks" search={{ team }}>
                        {t('ui.today.leaks.of', { owner, next })}
                      </Go>
                    </span>
                  </li>
                )
              })}
            </ul>
          )
        }}
      </Ask>
      <h3>{t('ui.today.tags')}</h3>
      <Ask query={tags} rows={1}>
        {(b) => (
          <>
            <div className="meter" role="img" aria-label={t('ui.today.tags.of', { used: b.used, limit: b.limit, cohorts: b.cohorts })}>
              <i style={{ width: `${Math.min(100, (100 * b.used) / Math.max(1, b.limit))}%` }} />
            </div>
            <Go to="/cohorts">{t('ui.today.tags.of', { used: b.used, limit: b.limit, cohorts: b.cohorts })}</Go>
          </>
        )}
      </Ask>
      <h3>{t('ui.today.inbox')}</h3>
      <Ask query={inbox} rows={1}>
        {(lag) => {
          const open = (lag.counts.received ?? 0) + (lag.counts.retry ?? 0) + (lag.counts.processing ?? 0)
          return (
            <p>
              {open === 0 ? t('ui.today.inbox.none') : t('ui.today.inbox.open', { n: open, s: formatNumber(Math.round(lag.lag_seconds)) })}
              {(lag.counts.dead ?? 0) > 0 && (
                <>
                  {' '}
                  <Go to="/queue" search={{ state: 'callbacks' }} className="bad">
                    {t('ui.today.alert.dead', { n: lag.counts.dead ?? 0 })}
                  </Go>
                </>
              )}
            </p>
          )
        }}
      </Ask>
    </section>
  )
}
