import { formatNumber, t } from '../../../shared/i18n'
import { Go } from '../../ops/go'
import { useLook } from '../../theme'
import { type Import, tallies } from './progress'

/** How many rows are new, change something, repeat, or cannot be read. */
export function Tallies({ im }: { im: Import }) {
  const parts = tallies(im.counts)
  const { palette } = useLook()
  const fill = (key: string) => (key === 'faulty' ? { background: palette.bad } : {})
  const label = parts.map(({ key, n }) => `${t(`ui.import.count.${key}`)} ${n}`).join(', ')
  if (parts.length === 0) return null
  return (
    <>
      <div className="tally-bar" role="img" aria-label={label}>
        {parts.map(({ key, n }) => (
          <div key={key} className={`tally ${key}`} style={{ flexGrow: n, ...fill(key) }} />
        ))}
      </div>
      <dl className="tallies">
        {parts.map(({ key, n }) => (
          <div key={key}>
            <dt>
              <span className={`tally ${key}`} style={fill(key)} aria-hidden />
              {t(`ui.import.count.${key}`)}
            </dt>
            <dd>
              <Go to={`/import/${im.id}`} search={{ outcome: key }} label={`${t(`ui.import.count.${key}`)} ${formatNumber(n)}`}>
                {formatNumber(n)}
              </Go>
            </dd>
          </div>
        ))}
      </dl>
    </>
  )
}
