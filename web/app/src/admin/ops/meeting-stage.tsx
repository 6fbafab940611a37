import { CloseOutlined, FullscreenOutlined, LeftOutlined, RightOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { type ReactNode, useEffect, useRef } from 'react'
import { formatDate, formatMoney, t, word } from '../../shared/i18n'
import { StageTag } from '../people/stage-tag'
import { DotsRow } from './dots-row'
import { Go } from './go'
import { type Step, stepOf } from './keys'
import type { Meeting } from './meeting-data'
import './meeting.css'

interface MeetingStageProps {
  row: Meeting
  at: number
  /** How many there are; more tells that there are others. */
  count: number
  more: boolean
  step: (step: Step) => void
}

/** One account, large enough for the last row of the meeting room. */
export function MeetingStage({ row, at, count, more, step }: MeetingStageProps) {
  const box = useRef<HTMLElement>(null)
  useEffect(() => {
    const press = (e: KeyboardEvent) => {
      const what = stepOf(e)
      if (!what) return
      e.preventDefault()
      if (what === 'screen') toggleScreen(box.current)
      else step(what)
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  }, [step])
  const { ring } = row
  return (
    <section className="stage" ref={box} aria-label={t('ui.meeting.stage')}>
      <header>
        <span aria-live="polite">
          {more ? t('ui.meeting.place.more', { at: at + 1, count }) : t('ui.meeting.place', { at: at + 1, count })}
        </span>
        <span className="stage-owner" translate={row.owner_id ? 'no' : undefined}>
          {row.owner_name || t('ui.rep.nobody')}
        </span>
        <span className="stage-buttons">
          <Button aria-label={t('ui.meeting.previous')} icon={<LeftOutlined />} disabled={at === 0} onClick={() => step('previous')} />
          <Button
            aria-label={t('ui.meeting.next')}
            icon={<RightOutlined />}
            disabled={at + 1 >= count && !more}
            onClick={() => step('next')}
          />
          <Button aria-label={t('ui.meeting.screen')} icon={<FullscreenOutlined />} onClick={() => toggleScreen(box.current)} />
          <Button aria-label={t('ui.meeting.leave')} icon={<CloseOutlined />} onClick={() => step('leave')} />
        </span>
      </header>
      <div className="stage-main">
        <p className="stage-tier">
          {row.tier && word('ui.tier', row.tier)} <StageTag stage={row.stage} />
        </p>
        <h2>
          <Go to={`/accounts/${row.id}`}>
            <span translate="no">{row.name}</span>
          </Go>
        </h2>
        <p className={ring.total === 0 ? 'stage-ring zero' : 'stage-ring'}>
          <DotsRow marketing={ring.marketing} sales={ring.sales} need={ring.need} />
          <span>
            {ring.total === 0
              ? t('ui.meeting.untouched')
              : t('ui.meeting.touched', { total: ring.total, need: ring.need, people: ring.people })}
          </span>
        </p>
        <p className="stage-sides">
          <span className="marketing">{t('ui.meeting.marketing', { n: ring.marketing, week: row.week.marketing })}</span>
          <span className="sales">{t('ui.meeting.sales', { n: ring.sales, week: row.week.sales })}</span>
          <span className="soft">{row.last_touch ? t('ui.meeting.last', { day: formatDate(row.last_touch) }) : t('ui.meeting.never')}</span>
        </p>
      </div>
      <footer>
        <Fact name={t('ui.meeting.next-action')} bad={!row.next || row.next.late}>
          {row.next ? (
            <>
              <span translate="no">{row.next.title}</span>
              <small>
                {formatDate(row.next.due_day)} <span translate="no">{row.next.rep_name}</span> {row.next.late && t('ui.meeting.late')}
              </small>
            </>
          ) : (
            t('ui.meeting.no-next')
          )}
        </Fact>
        <Fact name={t('ui.meeting.why-now')}>
          {row.why_now ? (
            <>
              <span translate="no">{row.why_now.title}</span>
              <small>{formatDate(row.why_now.at)}</small>
            </>
          ) : (
            <span className="soft">{t('ui.meeting.no-why')}</span>
          )}
        </Fact>
        <Fact name={t('ui.meeting.deals')}>
          {row.deals > 0 ? (
            <>
              {formatMoney(row.amount)}
              <small>{t('ui.meeting.deals.open', { n: row.deals })}</small>
            </>
          ) : (
            <span className="soft">{t('ui.meeting.no-deals')}</span>
          )}
        </Fact>
      </footer>
      <p className="stage-keys soft">{t('ui.meeting.keys')}</p>
    </section>
  )
}

function Fact({ name, bad = false, children }: { name: string; bad?: boolean; children: ReactNode }) {
  return (
    <div className={bad ? 'fact bad' : 'fact'}>
      <h3>{name}</h3>
      <p>{children}</p>
    </div>
  )
}

function toggleScreen(box: HTMLElement | null): void {
  if (document.fullscreenElement) void document.exitFullscreen()
  else void box?.requestFullscreen().catch(() => undefined)
}
