import { LoginOutlined, PlusOutlined } from '@ant-design/icons'
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import { t } from '../../shared/i18n'
import { useTriggerWords } from '../programmes/use-trigger-words'
import type { Calendar } from './calendar'
import type { Trigger } from './model'
import { columns, type DayColumn } from './ruler'
import './ruler.css'
import { type Notes, StepCard } from './step-card'
import type { Placed } from './steps'
import { useDrag } from './use-drag'
import { dateWords, dayWords } from './words'

export type Zoom = 'small' | 'middle' | 'large'

interface RulerProps {
  trigger: Trigger
  steps: Placed[]
  calendar: Calendar
  notes: ReadonlyMap<string, Notes>
  selected: string | undefined
  zoom: Zoom
  readOnly: boolean
  /** The step that is to have the focus, once. */
  focus: string | undefined
  onFocused: () => void
  /** Who enters, and all that holds for the whole programme. */
  onOrigin: () => void
  onOpen: (key: string) => void
  onAdd: (day: number) => void
  onMove: (key: string, day: number) => void
  onHours: (key: string, hours: number) => void
  onRemove: (key: string) => void
  onCopy: (key: string) => void
}

/** The days from the start on, with the steps at their times. */
export function Ruler(props: RulerProps) {
  const { steps, calendar, zoom, readOnly, focus, onFocused } = props
  const say = useTriggerWords()
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set())
  const scroller = useRef<HTMLDivElement>(null)
  const unfold = (from: number) => setOpen((o) => (o.has(from) ? o : new Set([...o, from])))
  const { drag, handlers, endsDrag } = useDrag(scroller, props.onMove, unfold)
  const shown = useMemo(() => columns(steps, calendar, open), [steps, calendar, open])

  useEffect(() => {
    if (!focus) return
    const card = scroller.current?.querySelector<HTMLElement>(`[data-step="${CSS.escape(focus)}"]`)
    card?.focus()
    card?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
    if (card) onFocused()
  }, [focus, onFocused])

  const press = (placed: Placed) => (e: KeyboardEvent<HTMLElement>) => {
    if (readOnly || e.altKey) return
    const { key } = placed.step
    const sideways = e.key === 'ArrowLeft' ? -1 : e.key === 'ArrowRight' ? 1 : 0
    if (sideways !== 0 && e.shiftKey) props.onHours(key, sideways)
    else if (sideways !== 0 && !e.ctrlKey && !e.metaKey) props.onMove(key, placed.day + sideways)
    else if (e.key === 'Delete' || e.key === 'Backspace') props.onRemove(key)
    else if (e.key === 'd' && (e.ctrlKey || e.metaKey)) props.onCopy(key)
    else return
    e.preventDefault()
  }

  const card = (placed: Placed) => {
    const { key } = placed.step
    const dragged = drag?.key === key
    return (
      <StepCard
        key={key}
        placed={placed}
        notes={props.notes.get(key)}
        selected={props.selected === key}
        dragged={dragged}
        style={dragged ? { transform: `translate(${drag.dx}px, ${drag.dy}px)` } : undefined}
        onOpen={() => !endsDrag() && props.onOpen(key)}
        onKeyDown={press(placed)}
        pointer={readOnly || placed.step.channel === 'welcome' ? {} : handlers(key)}
      />
    )
  }

  return (
    <div className={`ruler zoom-${zoom}`} ref={scroller}>
      <ol>
        <li className="ruler-origin">
          <button type="button" aria-current={props.selected === undefined ? 'step' : undefined} onClick={props.onOrigin}>
            <LoginOutlined aria-hidden />
            <b>{t('ui.sop.origin')}</b>
            <span translate="no">{say(props.trigger)}</span>
          </button>
        </li>
        {shown.map((c) =>
          c.kind === 'gap' ? (
            <li key={`gap${c.from}`} className="ruler-gap" data-fold={c.from}>
              <button type="button" onClick={() => unfold(c.from)}>
                <span aria-hidden>⋯</span> {t('ui.sop.ruler.gap', { n: c.to - c.from + 1 })}
              </button>
            </li>
          ) : (
            <li key={c.day} data-day={c.day} className={classOf(c, drag?.day === c.day)}>
              <DayHead column={c} />
              {c.steps.map(card)}
              {!readOnly && (
                <button type="button" className="ruler-add" onClick={() => props.onAdd(c.day)} title={t('ui.sop.ruler.add')}>
                  <PlusOutlined aria-hidden />
                  <span className="unseen">{t('ui.sop.ruler.add-on', { day: dayWords(c.day) })}</span>
                </button>
              )}
            </li>
          ),
        )}
      </ol>
      <p id="ruler-keys" className="unseen">
        {t('ui.sop.ruler.keys')}
      </p>
    </div>
  )
}

function classOf(c: DayColumn, over: boolean): string {
  return ['ruler-day', c.steps.length > 0 && 'full', !c.working && 'off', c.day === 0 && 'start', over && 'over'].filter(Boolean).join(' ')
}

function DayHead({ column }: { column: DayColumn }) {
  return (
    <div className="ruler-head">
      <b>{column.steps.length > 0 || column.day === 0 ? dayWords(column.day) : column.day}</b>
      <span title={column.holiday || undefined}>{column.steps.length > 0 ? dateWords(column.date) : ''}</span>
    </div>
  )
}
