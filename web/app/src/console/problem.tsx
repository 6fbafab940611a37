import { t } from '../shared/i18n'
import { problemWords } from '../shared/problem'

/** What went wrong, beside where it was tried; nothing when nothing did. */
export function Problem({ error, retry }: { error: unknown; retry?: () => void }) {
  if (!error) return null
  const { title, detail } = problemWords(error, t, 'sim')
  return (
    <p className="problem" role="alert">
      <strong>{title}</strong> {detail}
      {retry && (
        <button type="button" onClick={retry}>
          {t('sim.retry')}
        </button>
      )}
    </p>
  )
}
