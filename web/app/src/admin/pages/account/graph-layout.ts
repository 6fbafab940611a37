import { type Cell, type Person, placeOf, places } from './shape'

export interface GraphCell {
  marketing: number
  sales: number
  responses: number
}

export interface GraphRow {
  person: Person
  /** One per week; undefined where nothing reached the person. */
  cells: (GraphCell | undefined)[]
  total: GraphCell
}

export interface Graph {
  weeks: string[]
  rows: GraphRow[]
  /** Per week, over all rows. */
  totals: GraphCell[]
  total: GraphCell
}

const nothing = (): GraphCell => ({ marketing: 0, sales: 0, responses: 0 })

function add(sum: GraphCell, cell: GraphCell): void {
  sum.marketing += cell.marketing
  sum.sales += cell.sales
  sum.responses += cell.responses
}

const rank = (p: Person): number => {
  const place = placeOf(p.role)
  return place === undefined ? places.length : places.indexOf(place)
}

/**
 * The contact–audience–action graph: people down in the order of their say, those
 * who have left last; weeks across; sums at the edges.
 */
export function graphOf(people: Person[], weeks: string[], cells: Cell[]): Graph {
  const rows = [...people]
    .sort(
      (a, b) => Number(b.present) - Number(a.present) || rank(a) - rank(b) || b.marketing + b.sales - a.marketing - a.sales || a.id - b.id,
    )
    .map((person): GraphRow => ({ person, cells: weeks.map(() => undefined), total: nothing() }))
  const totals = weeks.map(nothing)
  const total = nothing()
  for (const cell of cells) {
    const row = rows.find((r) => r.person.id === cell.contact_id)
    const at = weeks.indexOf(cell.week)
    const sum = totals[at]
    if (!row || !sum) continue
    row.cells[at] = { marketing: cell.marketing, sales: cell.sales, responses: cell.responses }
    for (const t of [row.total, sum, total]) add(t, cell)
  }
  return { weeks, rows, totals, total }
}

const smallest = 4.5
const largest = 11

/** The radius of a mark for so many touches: its area grows with them. */
export const radius = (n: number): number => (n <= 0 ? 0 : Math.min(largest, smallest * Math.sqrt(n)))

export type Direction = 'up' | 'down' | 'left' | 'right'

interface At {
  row: number
  week: number
}

/**
 * The mark that an arrow key leads to: the next one in the row; above or below
 * the nearest week of the nearest row that has one. The same place when there is
 * none.
 */
export function step(graph: Graph, from: At, towards: Direction): At {
  const filled = (row: number, week: number): boolean => graph.rows[row]?.cells[week] !== undefined
  if (towards === 'left' || towards === 'right') {
    const by = towards === 'left' ? -1 : 1
    for (let week = from.week + by; week >= 0 && week < graph.weeks.length; week += by)
      if (filled(from.row, week)) return { row: from.row, week }
    return from
  }
  const by = towards === 'up' ? -1 : 1
  for (let row = from.row + by; row >= 0 && row < graph.rows.length; row += by) {
    const nearest = graph.weeks
      .map((_, week) => week)
      .filter((week) => filled(row, week))
      .sort((a, b) => Math.abs(a - from.week) - Math.abs(b - from.week) || b - a)[0]
    if (nearest !== undefined) return { row, week: nearest }
  }
  return from
}

/** The mark that is reached first by Tab: the newest of the first row that has one. */
export function firstMark(graph: Graph): At | undefined {
  for (const [row, r] of graph.rows.entries()) {
    const week = r.cells.findLastIndex((c) => c !== undefined)
    if (week >= 0) return { row, week }
  }
  return undefined
}

/** The seven days of a week that begins on a Monday (YYYY-MM-DD). */
export function daysOf(monday: string): string[] {
  const first = Date.parse(`${monday}T00:00:00Z`)
  return Array.from({ length: 7 }, (_, i) => new Date(first + i * 86_400_000).toISOString().slice(0, 10))
}

/** The weeks that begin a month, which are labelled; the first one always is. */
export function labelled(weeks: string[]): boolean[] {
  return weeks.map((week, i) => i === 0 || week.slice(0, 7) !== weeks[i - 1]?.slice(0, 7))
}
