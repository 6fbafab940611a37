import { formatDay, formatTime, t } from '../../shared/i18n'
import { TodayAlerts } from '../ops/today-alerts'
import { useDay } from '../ops/today-data'
import { TodayPlan } from '../ops/today-plan'
import { TodayReasons } from '../ops/today-reasons'
import { TodayReps } from '../ops/today-reps'
import { TodayStock } from '../ops/today-stock'
import { TodayWelcome } from '../ops/today-welcome'
import { Page } from '../page'
import { Ask } from '../states'

/** What a marketing manager opens at nine: what needs a look, and how the day goes. */
export function Today() {
  const day = useDay()
  return (
    <Page
      narrowed
      title={t('ui.nav.today')}
      lede={day.data && t('ui.today.lede', { day: formatDay(day.data.at), time: formatTime(day.data.at) })}
    >
      <Ask query={day} rows={12}>
        {(data) => (
          <div className="today">
            <TodayAlerts day={data} />
            <TodayPlan day={data} />
            <div className="panels">
              <TodayReps day={data} />
              <TodayReasons day={data} />
              <TodayWelcome day={data} />
              <TodayStock />
            </div>
          </div>
        )}
      </Ask>
    </Page>
  )
}
