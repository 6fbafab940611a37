import { Segmented, Switch } from 'antd'
import { type KeyboardEvent, useMemo, useRef, useState } from 'react'
import { t, word } from '../../../shared/i18n'
import { Card } from '../../card'
import { Avatar } from '../../people/avatar'
import { Nothing } from '../../states'
import { type Direction, firstMark, type Graph, type GraphRow, graphOf, labelled, step } from './graph-layout'
import { Legend, Mark, markWords } from './graph-mark'
import type { Account } from './shape'
import { WeekTouches } from './week-touches'
import './graph.css'

const arrows: Record<string, Direction> = { ArrowUp: 'up', ArrowDown: 'down', ArrowLeft: 'left', ArrowRight: 'right' }

interface GraphProps {
  page: Account
  weeks: number
  onWeeks: (weeks: number) => void
}

/** The contact–audience–action graph: who was reached when, and from which side. */
export function TouchGraph({ page, weeks, onWeeks }: GraphProps) {
  const [all, setAll] = useState(false)
  const graph = useMemo(() => graphOf(page.people, page.weeks, page.cells), [page])
  const quiet = graph.rows.filter((r) => r.total.marketing + r.total.sales === 0).length
  const shown: Graph = useMemo(
    () => (all ? graph : { ...graph, rows: graph.rows.filter((r, i) => i < 8 || r.total.marketing + r.total.sales > 0) }),
    [graph, all],
  )
  return (
    <Card
      wide
      id="touches"
      title={t('ui.graph.title')}
      actions={
        <Segmented<number>
          aria-label={t('ui.graph.weeks')}
          size="small"
          value={weeks}
          onChange={onWeeks}
          options={[13, 26, 52].map((n) => ({ value: n, label: t('ui.graph.weeks.n', { n }) }))}
        />
      }
    >
      {graph.rows.length === 0 ? (
        <Nothing why={t('ui.graph.nobody')} />
      ) : (
        <>
          <Legend />
          <Grid graph={shown} />
          {graph.total.marketing + graph.total.sales === 0 && <p className="soft">{t('ui.graph.quiet')}</p>}
          {graph.rows.length > shown.rows.length || all ? (
            <p>
              <Switch size="small" checked={all} onChange={setAll} id="graph-all" />{' '}
              <label htmlFor="graph-all">{t('ui.graph.all', { n: quiet })}</label>
            </p>
          ) : null}
        </>
      )}
    </Card>
  )
}

function Grid({ graph }: { graph: Graph }) {
  const start = firstMark(graph)
  const [at, setAt] = useState(start)
  const table = useRef<HTMLTableElement>(null)
  const focus = at && graph.rows[at.row]?.cells[at.week] ? at : start
  const walk = (e: KeyboardEvent) => {
    const towards = arrows[e.key]
    if (!towards || !focus) return
    e.preventDefault()
    const next = step(graph, focus, towards)
    setAt(next)
    table.current?.querySelector<HTMLElement>(`[data-at="${next.row}-${next.week}"]`)?.focus()
  }
  const months = labelled(graph.weeks)
  return (
    <div className="graph-scroll">
      <table className="graph" ref={table} onKeyDown={walk}>
        <caption className="sr-only">{t('ui.graph.caption', { marketing: graph.total.marketing, sales: graph.total.sales })}</caption>
        <thead>
          <tr>
            <th scope="col" className="graph-who">
              {t('ui.graph.who')}
            </th>
            {graph.weeks.map((week, i) => (
              <th scope="col" key={week} className="graph-week">
                <span className={months[i] ? undefined : 'sr-only'}>
                  {t('ui.graph.week', { month: Number(week.slice(5, 7)), day: Number(week.slice(8)) })}
                </span>
              </th>
            ))}
            <th scope="col" className="graph-sum">
              {t('ui.graph.sum')}
            </th>
          </tr>
        </thead>
        <tbody>
          {graph.rows.map((row, i) => (
            <Row
              key={row.person.id}
              row={row}
              index={i}
              weeks={graph.weeks}
              focus={focus?.row === i ? focus.week : undefined}
              onFocus={(week) => setAt({ row: i, week })}
            />
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" className="graph-who">
              {t('ui.graph.sum')}
            </th>
            {graph.totals.map((c, i) => (
              <td key={graph.weeks[i]} className="graph-total">
                {c.marketing + c.sales || ''}
              </td>
            ))}
            <td className="graph-sum">{graph.total.marketing + graph.total.sales}</td>
          </tr>
        </tfoot>
      </table>
    </div>
  )
}

interface RowProps {
  row: GraphRow
  index: number
  weeks: string[]
  /** The week of the mark that Tab reaches, when it is in this row. */
  focus: number | undefined
  onFocus: (week: number) => void
}

function Row({ row, index, weeks, focus, onFocus }: RowProps) {
  const { person } = row
  return (
    <tr className={person.present ? undefined : 'gone'}>
      <th scope="row" className="graph-who">
        <span className="rep">
          <Avatar id={person.id} name={person.name} size={22} />
          <span className="rep-name" translate="no">
            {person.name}
          </span>
          <span className="soft graph-role">{person.role ? word('filter.word.role', person.role) : t('ui.role.unknown')}</span>
        </span>
      </th>
      {row.cells.map((cell, week) => {
        const monday = weeks[week] ?? ''
        return (
          <td key={monday}>
            {cell && (
              <WeekTouches contactId={person.id} monday={monday} label={markWords(person.name, monday, cell)}>
                <button
                  type="button"
                  className="mark"
                  data-at={`${index}-${week}`}
                  tabIndex={focus === week ? 0 : -1}
                  aria-label={markWords(person.name, monday, cell)}
                  translate="no"
                  onFocus={() => onFocus(week)}
                >
                  <Mark cell={cell} />
                </button>
              </WeekTouches>
            )}
          </td>
        )
      })}
      <td className="graph-sum">
        {row.total.marketing + row.total.sales}
        {row.total.responses > 0 && <span className="soft"> {t('ui.graph.responses', { n: row.total.responses })}</span>}
      </td>
    </tr>
  )
}
