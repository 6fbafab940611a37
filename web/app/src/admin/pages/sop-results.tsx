import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { api, must } from '../../shared/api'
import { t } from '../../shared/i18n'
import { type Fate, type Fates, fates, sumOf } from '../ops/fate'
import { FateLegend } from '../ops/fate-legend'
import { Go } from '../ops/go'
import { ResultStep } from '../ops/result-step'
import { whole } from '../ops/search'
import { SopTabs } from '../ops/sop-tabs'
import { useSop } from '../ops/sops'
import { VersionChoice } from '../ops/version-choice'
import { Page } from '../page'
import { PartNote } from '../part-note'
import { Ask, Nothing } from '../states'
import '../ops/results.css'

/** What came of every step of a programme: due is the sum of its fates, and every number has its rows. */
export function SopResults() {
  const params = useParams({ strict: false })
  const id = Number(params.id)
  const search: Record<string, unknown> = useSearch({ strict: false })
  const navigate = useNavigate()
  const version = whole(search.version)
  const sop = useSop(id)
  const results = useQuery({
    queryKey: ['sop', id, 'results', version],
    queryFn: () => must(api.GET('/sops/{id}/results', { params: { path: { id }, query: { version } } })),
    refetchInterval: 30_000,
  })
  return (
    <Page
      title={t('ui.results.title')}
      lede={sop.data && <span translate="no">{sop.data.name}</span>}
      actions={<VersionChoice sop={id} value={version} change={(v) => void navigate({ to: '.', search: { version: v } as never })} />}
    >
      <SopTabs sop={id} here="results" />
      <PartNote />
      <Ask query={results} rows={12}>
        {({ steps }) => {
          const all = totals(steps)
          if (sumOf(all) === 0) {
            return (
              <Nothing why={t('ui.results.none')}>
                <Go to={`/sops/${id}`}>{t('ui.flow.open')}</Go>
              </Nothing>
            )
          }
          return (
            <div className="results">
              <section className="panel" aria-label={t('ui.results.all')}>
                <FateLegend fates={all} rows={(fate: Fate) => ({ to: '/touches', search: { sop: id, version, fate } })} />
              </section>
              {steps.map((s) => (
                <ResultStep key={s.step_key} sop={id} version={version} step={s} />
              ))}
            </div>
          )
        }}
      </Ask>
    </Page>
  )
}

function totals(steps: readonly { fates: Fates }[]): Fates {
  const out: Fates = {}
  for (const s of steps) for (const f of fates) out[f] = (out[f] ?? 0) + (s.fates[f] ?? 0)
  return out
}
