import { Link } from '@tanstack/react-router'
import { Progress } from 'antd'
import type { ReactNode } from 'react'
import { formatShare, t } from '../../../shared/i18n'
import { Card } from '../../card'
import { Ring } from '../../people/ring'
import type { Account } from './shape'

/** How far the account is worked: touches, people, and what they do themselves. */
export function Standing({ page }: { page: Account }) {
  const { ring, coverage, score } = page
  const missing = Math.max(0, ring.need - ring.total)
  return (
    <>
      <Card title={t('ui.standing.ring')}>
        <div className="standing-row">
          <Below part="touches">
            <Ring marketing={ring.marketing} sales={ring.sales} need={ring.need} size={104} />
          </Below>
          <div>
            <p className="standing-lead">{ring.full ? t('ui.standing.full') : t('ui.standing.missing', { n: missing })}</p>
            <p>
              <Below part="touches">
                <span className="touch-side marketing">{t('ui.side.marketing.short', { n: ring.marketing })}</span>{' '}
                <span className="touch-side sales">{t('ui.side.sales.short', { n: ring.sales })}</span>
              </Below>
            </p>
            <p className="soft">
              <Below part="people">{t('ui.standing.reached', { n: ring.people })}</Below>{' '}
              {ring.recent === 0 ? t('ui.standing.quiet') : <Below part="touches">{t('ui.standing.recent', { n: ring.recent })}</Below>}
            </p>
          </div>
        </div>
      </Card>
      <Card title={t('ui.standing.coverage')}>
        <div className={`cover-meter ${coverage.level}`}>
          <p className="standing-lead">
            <i aria-hidden /> {t(`ui.level.${coverage.level}`)} ·{' '}
            <Below part="people">{t('ui.standing.known', { known: coverage.known, expected: coverage.expected })}</Below>
          </p>
          <Progress
            aria-label={t('ui.standing.coverage')}
            percent={Math.min(100, (coverage.known / Math.max(1, coverage.expected)) * 100)}
            showInfo={false}
            strokeColor="var(--mood)"
            size="small"
          />
          <ul>
            {coverage.reasons.map((r) => (
              <li key={r.code}>{r.text}</li>
            ))}
            {coverage.reasons.length === 0 && <li>{t('ui.standing.good')}</li>}
          </ul>
          <p className="soft">
            <Link to="/contacts" search={{ account: page.account.id }}>
              {t('ui.standing.people', { n: coverage.people })}
            </Link>
          </p>
        </div>
      </Card>
      {score && <Engagement score={score} />}
    </>
  )
}

/** A number whose rows are further down on the page. */
function Below({ part, children }: { part: 'touches' | 'people'; children: ReactNode }) {
  return (
    <Link to="." hash={part} search={true} className="below-link">
      {children}
    </Link>
  )
}

function Engagement({ score }: { score: NonNullable<Account['score']> }) {
  const most = Math.max(1, ...score.weeks)
  const weeks = [...score.weeks].reverse()
  const bar = (points: number, i: number) => {
    const height = Math.max(2, (points / most) * 56)
    return `M ${i * 21} 60 v ${-height} h 16 v ${height} z`
  }
  return (
    <Card title={t('ui.standing.engagement')} actions={<span className="soft">{score.box_text}</span>}>
      <div className="standing-row">
        <svg
          width={104}
          height={64}
          viewBox="0 0 104 64"
          role="img"
          aria-label={t('ui.standing.weeks', { points: Math.round(score.weeks[0] ?? 0) })}
        >
          <path className="week-bar" d={weeks.slice(0, -1).map(bar).join('')} />
          <path className="week-bar now" d={bar(weeks.at(-1) ?? 0, weeks.length - 1)} />
        </svg>
        <div>
          <p className="standing-lead">
            {score.level_text} · {t('ui.standing.fit', { n: Math.round(score.fit) })}
          </p>
          <p>{score.spike_text}</p>
        </div>
      </div>
      <ul className="tick-list">
        {score.ticks.map((tick) => (
          <li key={tick.key} className={tick.met ? 'met' : undefined}>
            {tick.text}
          </li>
        ))}
      </ul>
      <details>
        <summary>{t('ui.standing.fit.why')}</summary>
        <ul className="tick-list">
          {score.fit_fields.map((f) => (
            <li key={f.field}>
              {f.text} <span className="soft">{formatShare(f.max > 0 ? f.points / f.max : 0)}</span>
            </li>
          ))}
        </ul>
      </details>
    </Card>
  )
}
