import { t } from '../../shared/i18n'
import { problemWords } from '../../shared/problem'
import { doing, useDoing } from '../doing'

/** What was done, and the way back; or what did not work. */
export function Toast() {
  const { open, failed } = useDoing()
  const last = open.at(-1)
  const fault = failed.at(-1)
  return (
    <div className="toast-place" role="status">
      {fault && (
        <div className="toast bad">
          <span translate="no">
            {t('m.failed', { what: fault.deed.label })} {problemWords(fault.error, t, 'm').title}
          </span>
          <button type="button" onClick={() => doing.retry()}>
            {t('m.retry')}
          </button>
          <button type="button" aria-label={t('m.close')} onClick={() => doing.dismiss()}>
            ×
          </button>
        </div>
      )}
      {last && (
        <div className="toast">
          <span translate="no">{last.label}</span>
          <button type="button" onClick={() => doing.undo()}>
            {t('m.undo')}
          </button>
        </div>
      )}
    </div>
  )
}
