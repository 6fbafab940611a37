import { useQuery } from '@tanstack/react-query'
import { api, must } from '../../../shared/api'
import { formatDate, formatNumber, t } from '../../../shared/i18n'
import { Go } from '../../ops/go'
import { Ask } from '../../states'
import { line } from './line'

const width = 240
const height = 36

/** How many companies were on the list, week by week. */
export function Sizes({ id }: { id: number }) {
  const query = useQuery({
    queryKey: ['target', id, 'sizes'],
    queryFn: () => must(api.GET('/target-lists/{id}/sizes', { params: { path: { id } } })),
  })
  return (
    <Ask query={query} rows={1}>
      {({ items }) => {
        const first = items[0]
        const last = items.at(-1)
        if (!first || !last || items.length < 2) return null
        const { path, end } = line(
          items.map((s) => s.accounts),
          width,
          height,
        )
        return (
          <figure className="target-sizes">
            <figcaption>{t('ui.targets.sizes.title')}</figcaption>
            <span className="soft">{t('ui.targets.sizes.then', { day: formatDate(first.at), n: formatNumber(first.accounts) })}</span>
            <svg
              width={width}
              height={height}
              viewBox={`0 0 ${width} ${height}`}
              role="img"
              aria-label={t('ui.targets.sizes', { from: first.accounts, to: last.accounts })}
            >
              <path className="axis" d={`M 0 ${height - 1} H ${width}`} />
              <path d={path} />
              <circle cx={end.x} cy={end.y} r={3} />
            </svg>
            <Go to="/accounts" search={{ list: id }}>
              {t('ui.targets.sizes.now', { n: formatNumber(last.accounts) })}
            </Go>
          </figure>
        )
      }}
    </Ask>
  )
}
