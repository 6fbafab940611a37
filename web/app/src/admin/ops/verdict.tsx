import { useQuery } from '@tanstack/react-query'
import { api, must, type Schema } from '../../shared/api'
import { formatNumber, formatShare, t } from '../../shared/i18n'
import { Ask } from '../states'
import { Go, type Search } from './go'
import './results.css'

type Variant = Schema<'Variants'>['variants'][number]

/** What the variants of a step have brought so far, and what of it is proven. */
export function Verdict({ sop, step }: { sop: number; step: string }) {
  const variants = useQuery({
    queryKey: ['sop', sop, 'variants', step],
    queryFn: () => must(api.GET('/sops/{id}/steps/{key}/variants', { params: { path: { id: sop, key: step } } })),
  })
  return (
    <Ask query={variants} rows={2}>
      {(v) => {
        const top = Math.max(0.01, ...v.variants.map((x) => x.rate_high ?? 0))
        return (
          <div className="verdict">
            <h3>{t('ui.results.variants')}</h3>
            <p className={v.winner ? 'verdict-text good' : 'verdict-text'} translate="no">
              {v.text}
            </p>
            {v.partial && <p className="soft">{t('ui.results.partial')}</p>}
            <ul className="bars">
              {v.variants.map((x) => (
                <Arm
                  key={x.key}
                  rows={{ sop, step, variant: x.key, fate: 'sent' }}
                  variant={x}
                  top={top}
                  winner={v.winner?.variant === x.key}
                />
              ))}
            </ul>
          </div>
        )
      }}
    </Ask>
  )
}

function Arm({ variant: v, rows, top, winner }: { variant: Variant; rows: Search; top: number; winner: boolean }) {
  const share = (n: number) => `${(100 * n) / top}%`
  const known = v.rate !== null && v.rate_low !== null && v.rate_high !== null
  return (
    <li>
      <span className="bar-name">
        <b translate="no">{v.key}</b> {winner && t('ui.results.winner')}
      </span>
      <span className="interval" aria-hidden>
        {known && <i style={{ left: share(v.rate_low ?? 0), width: share((v.rate_high ?? 0) - (v.rate_low ?? 0)) }} />}
        {known && <b style={{ left: share(v.rate ?? 0) }} />}
      </span>
      <span className="bar-facts">
        {known
          ? t('ui.results.rate', { rate: formatShare(v.rate ?? 0), low: formatShare(v.rate_low ?? 0), high: formatShare(v.rate_high ?? 0) })
          : t('ui.results.no-rate')}
        <Go to="/touches" search={rows}>
          {t('ui.results.of', { responded: formatNumber(v.responded), people: formatNumber(v.people), sent: formatNumber(v.sent) })}
        </Go>
      </span>
    </li>
  )
}
