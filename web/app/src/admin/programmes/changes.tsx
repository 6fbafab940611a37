import { useQuery } from '@tanstack/react-query'
import { api, must } from '../../shared/api'
import { formatInstant, t } from '../../shared/i18n'
import './programmes.css'

/** Moves and resumes of the programme's people: under way with what they have changed so far, or done. */
export function Changes({ id }: { id: number }) {
  const changes = useQuery({
    queryKey: ['rows', 'sop-changes', id],
    queryFn: () => must(api.GET('/sops/{id}/changes', { params: { path: { id }, query: { limit: 20 } } })),
    refetchInterval: (q) => (q.state.data?.items.some((c) => c.state === 'running') ? 1500 : false),
  })
  const items = changes.data?.items ?? []
  if (items.length === 0) return null
  return (
    <section className="section" aria-labelledby="changes">
      <h2 id="changes">{t('ui.changes')}</h2>
      <ul className="version-list" aria-live="polite">
        {items.map((c) => (
          <li key={c.id}>
            <strong>{t(`ui.changes.${c.kind}`)}</strong>
            <span>{t(`ui.changes.${c.state}`, { n: c.changed })}</span>
            <span className="who">
              {formatInstant(c.created_at)} · <span translate="no">{c.created_by}</span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
