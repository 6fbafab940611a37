import { useMemo, useState } from 'react'
import { formatNumber, t } from '../../shared/i18n'
import { ErrorState, Loading, Nothing } from '../states'
import type { Calendar } from './calendar'
import { ForecastBars } from './forecast-bars'
import { forecastDays } from './forecast-days'
import { ForecastRows } from './forecast-rows'
import { IfAdded } from './if-added'
import type { Placed } from './steps'
import type { useForecast } from './use-sop'

interface OutlookProps {
  forecast: ReturnType<typeof useForecast>
  /** The one who looks sees a part of the company only. */
  part: boolean
  /** The draft has faults: there is nothing to foresee. */
  faulty: boolean
  days: number
  steps: Placed[]
  calendar: Calendar
  onOpen: (key: string) => void
}

/** What the draft would do: for somebody added today, and day by day for all who match. */
export function Outlook({ forecast, part, faulty, days, steps, calendar, onOpen }: OutlookProps) {
  const [day, setDay] = useState<string>()
  const { data } = forecast
  const bars = useMemo(() => (data ? forecastDays(data.load, data.from, days, calendar) : []), [data, days, calendar])
  if (faulty || steps.length === 0) return <Nothing why={t(steps.length === 0 ? 'ui.sop.outlook.empty' : 'ui.sop.outlook.faulty')} />
  if (part) return <Nothing why={t('ui.sop.outlook.part')} />
  if (!data) return forecast.error ? <ErrorState error={forecast.error} retry={() => void forecast.refetch()} /> : <Loading rows={8} />
  const skipped = data.load.reduce((sum, l) => sum + l.skipped, 0)
  return (
    <>
      <section aria-labelledby="if-added-title">
        <h2 id="if-added-title">{t('ui.sop.if.title')}</h2>
        <IfAdded expected={data.if_added_today} steps={steps} onOpen={onOpen} />
      </section>
      <section aria-labelledby="forecast-title">
        <h2 id="forecast-title">{t('ui.sop.forecast.title', { n: days })}</h2>
        <p className="soft">
          {t('ui.sop.forecast.lede', { people: formatNumber(data.people), sends: formatNumber(data.total - skipped) })}
          {skipped > 0 && t('ui.sop.forecast.skipped', { n: skipped })}
          {data.complete_until < data.until && t('ui.sop.forecast.part')}
        </p>
        <ForecastBars days={bars} chosen={day} onChoose={setDay} />
        <ForecastRows day={day} touches={data.touches} onClose={() => setDay(undefined)} />
      </section>
    </>
  )
}
