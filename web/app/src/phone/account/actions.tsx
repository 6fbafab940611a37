import type { Schema } from '../../shared/api'
import { formatDate, t } from '../../shared/i18n'
import { useSession } from '../../shared/session'
import { finishAction } from '../act'
import { doing, useDoing } from '../doing'

/** What is next for the company; who has to do it ticks it off. */
export function Actions({ page }: { page: Schema<'AccountPage'> }) {
  const { hidden } = useDoing()
  const me = useSession().data?.rep_id
  const open = page.actions.filter((a) => a.done_at === null && !hidden.has(`action:${a.id}`))
  const done = (id: number, title: string) => () =>
    doing.do({ keys: [`action:${id}`], label: t('m.deed', { what: t('m.deed.done'), who: title }), run: () => finishAction(id) })
  return (
    <section aria-labelledby="actions">
      <h2 id="actions">{t('m.actions')}</h2>
      {open.length === 0 && <p className="soft">{t('m.actions.nothing')}</p>}
      <ul className="cards">
        {open.map((a) => (
          <li key={a.id} className="card row">
            <span className="row-words">
              <strong translate="no">{a.title}</strong>
              <span className="soft">
                <span translate="no">{page.reps[a.rep_id]}</span> · {formatDate(a.due_day)}
              </span>
            </span>
            {a.rep_id === me && (
              <button type="button" className="button" onClick={done(a.id, a.title)}>
                {t('m.done')}
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
