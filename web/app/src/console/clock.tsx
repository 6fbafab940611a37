import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { lang, t } from '../shared/i18n'
import { useClock } from './data'
import { useJourney } from './journey'
import { Problem } from './problem'

const face = new Intl.DateTimeFormat(lang === 'zh' ? 'zh-CN' : 'en-GB', {
  timeZone: 'Asia/Shanghai',
  month: 'numeric',
  day: 'numeric',
  weekday: 'short',
  hour: '2-digit',
  minute: '2-digit',
  hour12: false,
})

/** The simulated clock, and what it can be moved by. */
export function ClockBar() {
  const clock = useClock()
  const journey = useJourney(useQueryClient())
  const ahead = clock.data ? Date.parse(clock.data.now) - clock.dataUpdatedAt : 0
  const [real, setReal] = useState(Date.now)
  useEffect(() => {
    const tick = setInterval(() => setReal(Date.now()), 1000)
    return () => clearInterval(tick)
  }, [])
  const going = journey.leg !== undefined
  return (
    <div className="clock" role="group" aria-label={t('sim.clock')}>
      <time className="face" aria-busy={clock.isPending}>
        {clock.data ? face.format(real + ahead) : '–'}
      </time>
      <button type="button" disabled={going} onClick={() => void journey.go(['hour'])}>
        {t('sim.clock.hour')}
      </button>
      <button type="button" className="main" data-tour="morning" disabled={going} onClick={() => void journey.go(['morning'])}>
        {t('sim.clock.morning')}
      </button>
      <button type="button" disabled={going} onClick={() => void journey.go(Array.from({ length: 7 }, () => 'morning' as const))}>
        {t('sim.clock.week')}
      </button>
      {journey.leg && (
        <span className="leg" role="status">
          <progress max={journey.leg.of} value={journey.leg.done} aria-label={t('sim.clock.going')} />
          {journey.leg.of > 1
            ? t('sim.clock.leg', { day: Math.min(journey.leg.done + 1, journey.leg.of), of: journey.leg.of })
            : t('sim.clock.settling')}
          {journey.leg.of > 1 && (
            <button type="button" className="quiet" onClick={journey.stop}>
              {t('sim.clock.stop')}
            </button>
          )}
        </span>
      )}
      <Problem error={journey.error} />
    </div>
  )
}
