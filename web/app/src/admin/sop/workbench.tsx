import { App, Button, ConfigProvider } from 'antd'
import { type KeyboardEvent, useCallback, useMemo, useState } from 'react'
import { t } from '../../shared/i18n'
import { useSession } from '../../shared/session'
import { useMay } from '../may'
import { Nothing } from '../states'
import type { Calendar } from './calendar'
import { Conflict } from './conflict'
import './editor.css'
import { whyMoved } from './if-added'
import { type Definition, liesAhead } from './model'
import { shiftedHours } from './offset'
import { Outlook } from './outlook'
import { Problems } from './problems'
import { ProgrammePanel } from './programme-panel'
import { PublishDialog } from './publish-dialog'
import { Ruler, type Zoom } from './ruler-view'
import type { Notes } from './step-card'
import { StepPanel } from './step-panel'
import { addStep, copyStep, editStep, moveStep, place, removeStep } from './steps'
import { TimeMachine } from './time-machine'
import { Toolbar } from './toolbar'
import { useAutosave } from './use-autosave'
import { useEditor } from './use-editor'
import { useSame } from './use-same'
import { type Review, type SOP, useForecast } from './use-sop'
import { dayWords, timeWords } from './words'

interface WorkbenchProps {
  sop: SOP
  review: Review | undefined
  calendar: Calendar
  selected: string | undefined
  onSelect: (key: string | undefined) => void
}

const leastForecast = 14
const mostForecast = 92

/** The ruler, the step that is open, and what the draft would do. */
export function Workbench({ sop, review, calendar, selected, onSelect }: WorkbenchProps) {
  const { message } = App.useApp()
  const may = useMay()
  const readOnly = !may('updateSOP') || sop.state === 'archived'
  const editor = useEditor(sop)
  const saving = useAutosave(sop, editor)
  const [zoom, setZoom] = useState<Zoom>('middle')
  const [focus, setFocus] = useState<string>()
  const [fresh, setFresh] = useState<string>()
  const [said, setSaid] = useState('')
  const [publishing, setPublishing] = useState(false)
  const [travelling, setTravelling] = useState(false)
  const { definition } = editor.draft
  const steps = useMemo(() => place(definition, calendar), [definition, calendar])
  const current = steps.find((s) => s.step.key === selected)
  const faulty = (review?.faults.length ?? 0) > 0
  const days = Math.min(mostForecast, Math.max(leastForecast, ...steps.map((s) => s.day + 3)))
  const everybody = useSession().data?.reach === 'all'
  const forecast = useForecast(
    sop.id,
    saving.revision,
    days,
    everybody && review?.revision === saving.revision && !faulty && steps.length > 0,
  )
  const same = useSame(sop, saving)
  const notes = useNotes(review, forecast.data)

  const { editDefinition } = editor
  const edit = useCallback(
    (key: string, change: Parameters<typeof editStep>[3], name?: string) =>
      editDefinition((d) => editStep(d, key, calendar, change), name && `${key}.${name}`),
    [editDefinition, calendar],
  )
  const put = (made: { definition: Definition; key: string } | undefined) => {
    if (!made) return
    editDefinition(() => made.definition)
    setFresh(made.key)
    onSelect(made.key)
  }
  const add = (day?: number) => {
    const last = Math.max(-1, ...steps.map((s) => s.day))
    put(addStep(definition, day ?? (definition.mode === 'chained' ? 1 : last + 1), calendar))
  }
  const remove = (key: string) => {
    editDefinition((d) => removeStep(d, key))
    if (selected === key) onSelect(undefined)
    message.info({
      key: 'removed',
      content: (
        <>
          {t('ui.sop.step.removed')}{' '}
          <Button
            size="small"
            onClick={() => {
              editor.undo()
              message.destroy('removed')
            }}
          >
            {t('ui.sop.undo')}
          </Button>
        </>
      ),
    })
  }
  const tell = (definition: Definition, key: string) => {
    const placed = place(definition, calendar).find((s) => s.step.key === key)
    if (placed) setSaid(`${dayWords(placed.day)} ${timeWords(placed.step)}`)
  }
  const move = (key: string, day: number) => {
    const next = moveStep(definition, key, day, calendar, liesAhead(definition.trigger))
    editDefinition(() => next, `${key}.move`)
    setFocus(key)
    tell(next, key)
  }
  const hours = (key: string, n: number) => {
    const next = editStep(definition, key, calendar, (s) => (s.channel === 'welcome' ? s : { ...s, offset: shiftedHours(s.offset, n) }))
    editDefinition(() => next, `${key}.hours`)
    setFocus(key)
    tell(next, key)
  }
  const shortcuts = (e: KeyboardEvent) => {
    if (!(e.ctrlKey || e.metaKey) || readOnly) return
    const key = e.key.toLowerCase()
    if (key === 'z' && !e.shiftKey) editor.undo()
    else if (key === 'y' || (key === 'z' && e.shiftKey)) editor.redo()
    else if (key === 's') void saving.save()
    else return
    e.preventDefault()
  }
  const publish = async () => {
    if (await saving.save()) setPublishing(true)
  }
  const travel = async () => {
    if (await saving.save()) setTravelling(true)
  }
  const open = (key: string) => {
    setFresh(undefined)
    onSelect(key)
  }

  return (
    <ConfigProvider componentDisabled={readOnly || undefined}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys work wherever the focus is within the editor */}
      <div className="sop-editor" onKeyDown={shortcuts}>
        <Toolbar
          editor={editor}
          saving={saving.state}
          zoom={zoom}
          readOnly={readOnly}
          same={same}
          canPublish={steps.length > 0 && !faulty && saving.state.kind !== 'conflict'}
          onZoom={setZoom}
          onAdd={() => add()}
          onSave={() => void saving.save()}
          onPublish={() => void publish()}
        />
        {saving.state.kind === 'conflict' && <Conflict onTheirs={() => void saving.takeTheirs()} onOurs={() => void saving.save(true)} />}
        <h2 className="unseen">{t('ui.sop.ruler')}</h2>
        <Ruler
          trigger={definition.trigger}
          steps={steps}
          calendar={calendar}
          notes={notes}
          selected={selected}
          zoom={zoom}
          readOnly={readOnly}
          focus={focus}
          onFocused={() => setFocus(undefined)}
          onOrigin={() => onSelect(undefined)}
          onOpen={open}
          onAdd={add}
          onMove={move}
          onHours={hours}
          onRemove={remove}
          onCopy={(key) => put(copyStep(definition, key, calendar))}
        />
        <p className="unseen" aria-live="polite">
          {said}
        </p>
        <div className="sop-below">
          <div className="sop-main">
            {review && steps.length > 0 && <Problems id={sop.id} review={review} steps={steps} />}
            {current ? (
              <StepPanel
                key={current.step.key}
                step={current.step}
                number={current.number}
                definition={definition}
                calendar={calendar}
                review={review}
                autoFocus={fresh === current.step.key}
                onChange={(change, name) => edit(current.step.key, change, name)}
                onCopy={() => put(copyStep(definition, current.step.key, calendar))}
                onRemove={() => remove(current.step.key)}
                onClose={() => {
                  setFocus(current.step.key)
                  onSelect(undefined)
                }}
              />
            ) : (
              <>
                {steps.length === 0 && !readOnly && (
                  <Nothing why={t('ui.sop.empty')}>
                    <Button type="primary" onClick={() => add(1)}>
                      {t('ui.sop.empty.add')}
                    </Button>
                  </Nothing>
                )}
                <ProgrammePanel editor={editor} review={review} />
              </>
            )}
          </div>
          <aside className="sop-aside" aria-label={t('ui.sop.outlook')}>
            <Outlook forecast={forecast} part={!everybody} faulty={faulty} days={days} steps={steps} calendar={calendar} onOpen={open} />
            {!faulty && steps.length > 0 && !readOnly && may('timeMachine') && (
              <Button onClick={() => void travel()}>{t('ui.sop.past.open')}</Button>
            )}
          </aside>
        </div>
        {travelling && <TimeMachine id={sop.id} onClose={() => setTravelling(false)} />}
        {publishing && (
          <PublishDialog
            sop={sop}
            revision={saving.revision}
            review={review}
            matching={forecast.data?.people}
            onClose={() => setPublishing(false)}
          />
        )}
      </div>
    </ConfigProvider>
  )
}

/** What is known of each step beside its definition. */
function useNotes(review: Review | undefined, forecast: ReturnType<typeof useForecast>['data']): ReadonlyMap<string, Notes> {
  return useMemo(() => {
    const notes = new Map<string, Notes>()
    const of = (key: string): Notes => {
      const note = notes.get(key) ?? { faults: 0, findings: 0 }
      notes.set(key, note)
      return note
    }
    for (const f of review?.faults ?? []) of(f.step_key).faults++
    for (const f of review?.findings ?? []) of(f.step_key).findings++
    for (const e of forecast?.if_added_today ?? []) of(e.step_key).moved = whyMoved(e) || undefined
    return notes
  }, [review, forecast])
}
