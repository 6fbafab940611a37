import { Button, Progress, Segmented } from 'antd'
import { useRef, useState } from 'react'
import { api, must } from '../../shared/api'
import { formatDate, formatNumber, t } from '../../shared/i18n'
import { Drawer } from '../drawer'
import { RepName } from '../people/rep-name'
import { ErrorState } from '../states'
import { addDays, dayOfInstant } from './calendar'
import { addPast, type Leg, noPast, type Past, type PastAnswer } from './past'
import { dateWords } from './words'

const spans = [7, 30, 90]

/** Tries the draft on the past: what it would have asked of whom. */
export function TimeMachine({ id, onClose }: { id: number; onClose: () => void }) {
  const [span, setSpan] = useState(30)
  const [past, setPast] = useState<Past>()
  const [error, setError] = useState<unknown>()
  const [running, setRunning] = useState(false)
  const wanted = useRef(0)

  const run = async () => {
    const run = ++wanted.current
    setRunning(true)
    setError(undefined)
    let sum = noPast()
    setPast(sum)
    const daily = new Map<string, number>()
    try {
      for (let leg: Leg | null = { days: span }; leg && wanted.current === run; ) {
        const answer: PastAnswer = await must(api.POST('/sops/{id}/timemachine', { params: { path: { id } }, body: leg }))
        if (wanted.current !== run) return
        sum = addPast(sum, answer, daily)
        setPast(sum)
        leg = answer.next
      }
    } catch (e) {
      if (wanted.current === run) setError(e)
    } finally {
      if (wanted.current === run) setRunning(false)
    }
  }
  const close = () => {
    wanted.current++
    onClose()
  }

  return (
    <Drawer open onClose={close} size={520} title={t('ui.sop.past')}>
      <p className="soft">{t('ui.sop.past.lede')}</p>
      <div className="past-ask">
        <Segmented
          aria-label={t('ui.sop.past.span')}
          value={span}
          options={spans.map((n) => ({ value: n, label: t('ui.sop.past.days', { n }) }))}
          onChange={setSpan}
        />
        <Button type="primary" loading={running} onClick={() => void run()}>
          {t('ui.sop.past.run')}
        </Button>
      </div>
      {error !== undefined && <ErrorState error={error} retry={() => void run()} />}
      {past && (
        <>
          <Progress percent={Math.round(100 * past.progress)} aria-label={t('ui.sop.past.progress')} />
          {past.from && <PastPicture past={past} />}
        </>
      )}
    </Drawer>
  )
}

function PastPicture({ past }: { past: Past }) {
  const first = dayOfInstant(past.from)
  const last = dayOfInstant(past.until)
  const days: string[] = []
  for (let day = first; day <= last; day = addDays(day, 1)) days.push(day)
  const most = Math.max(1, ...past.days.values())
  const reps = [...past.reps].sort(([, a], [, b]) => b.busiest - a.busiest).slice(0, 10)
  return (
    <>
      <p>
        {t('ui.sop.past.sum', {
          from: formatDate(past.from),
          entered: formatNumber(past.entered),
          touches: formatNumber(past.touches),
          skipped: formatNumber(past.skipped),
        })}
      </p>
      <div className="past-bars" role="img" aria-label={t('ui.sop.past.picture')}>
        {days.map((day) => (
          <span
            key={day}
            title={t('ui.sop.past.day', { day: dateWords(day), n: past.days.get(day) ?? 0 })}
            style={{ height: `${(100 * (past.days.get(day) ?? 0)) / most}%` }}
          />
        ))}
      </div>
      {reps.length > 0 && (
        <table className="past-reps">
          <caption>{t('ui.sop.past.reps')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('ui.sop.past.rep')}</th>
              <th scope="col">{t('ui.sop.past.touches')}</th>
              <th scope="col">{t('ui.sop.past.busiest')}</th>
            </tr>
          </thead>
          <tbody>
            {reps.map(([id, rep]) => (
              <tr key={id}>
                <td translate="no">
                  <RepName id={id} name={rep.name} />
                </td>
                <td>{formatNumber(rep.touches)}</td>
                <td>{formatNumber(rep.busiest)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  )
}
