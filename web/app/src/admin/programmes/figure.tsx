import { formatNumber } from '../../shared/i18n'
import { Go, type Search } from '../ops/go'

interface FigureProps {
  n: number
  words: string
  to: string
  search: Search
}

/** A number of a dialog. Its rows open in a tab of their own, so that the dialog stays. */
export function Figure({ n, words, to, search }: FigureProps) {
  return (
    <div>
      <b>
        {n === 0 ? (
          formatNumber(n)
        ) : (
          <Go beside to={to} search={search} label={`${formatNumber(n)} ${words}`}>
            {formatNumber(n)}
          </Go>
        )}
      </b>
      <span>{words}</span>
    </div>
  )
}
