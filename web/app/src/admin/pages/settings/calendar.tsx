import { LeftOutlined, RightOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Alert, Button } from 'antd'
import { useMemo, useState } from 'react'
import { api, must } from '../../../shared/api'
import { t } from '../../../shared/i18n'
import { useMay } from '../../may'
import { Page } from '../../page'
import { Ask } from '../../states'
import { DayDialog } from './day-dialog'
import { countDays, monthsOf, type SpecialDay } from './year'
import { YearPicture } from './year-picture'
import './calendar.css'

function Year({ year, known, days }: { year: number; known: boolean; days: SpecialDay[] }) {
  const may = useMay()
  const [picked, setPicked] = useState<string>()
  const months = useMemo(() => monthsOf(year, days), [year, days])
  const count = countDays(months)
  return (
    <>
      {!known && (
        <Alert type="warning" showIcon title={t('ui.set.calendar.unknown', { year: String(year) })} style={{ marginBottom: 16 }} />
      )}
      <p className="year-count">{t('ui.set.calendar.count', { worked: count.worked, off: count.off, own: count.own })}</p>
      <ul className="year-legend" aria-label={t('ui.set.calendar.legend')}>
        <li>
          <span className="swatch off" aria-hidden />
          {t('ui.set.calendar.holiday')}
        </li>
        <li>
          <span className="swatch work" aria-hidden />
          {t('ui.set.calendar.makeup')}
        </li>
        <li>
          <span className="swatch weekend" aria-hidden />
          {t('ui.set.calendar.weekend')}
        </li>
        <li>
          <span className="swatch own" aria-hidden />
          {t('ui.set.calendar.own')}
        </li>
      </ul>
      <YearPicture months={months} pick={setPicked} />
      {picked && may('setCalendarDay') && (
        <DayDialog day={picked} special={days.find((d) => d.day === picked)} close={() => setPicked(undefined)} />
      )}
    </>
  )
}

/** Which days are worked: the announced calendar, and the company's own days. */
export function Calendar() {
  const { year } = useSearch({ from: '/settings/calendar' })
  const navigate = useNavigate({ from: '/settings/calendar' })
  const query = useQuery({
    queryKey: ['calendar', year ?? 'now'],
    queryFn: () => must(api.GET('/calendar', { params: { query: { year } } })),
  })
  const shown = query.data?.year
  const go = (to: number) => void navigate({ search: { year: to } })
  const turn = shown && (
    <>
      <Button icon={<LeftOutlined />} aria-label={t('ui.set.calendar.before')} onClick={() => go(shown - 1)} />
      <strong className="year-name">{shown}</strong>
      <Button icon={<RightOutlined />} aria-label={t('ui.set.calendar.after')} onClick={() => go(shown + 1)} />
    </>
  )
  return (
    <Page title={t('ui.set.calendar')} lede={t('ui.set.calendar.lede')} actions={turn}>
      <Ask query={query} rows={12}>
        {(data) => <Year year={data.year} known={data.known} days={data.days} />}
      </Ask>
    </Page>
  )
}
