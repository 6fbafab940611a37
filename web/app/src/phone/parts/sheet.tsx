import { type KeyboardEvent, type MouseEvent, type ReactNode, useEffect, useId, useRef } from 'react'
import { t } from '../../shared/i18n'

/** A dialog that comes from below, within the thumb's reach. */
export function Sheet({ title, close, children }: { title: string; close: () => void; children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const name = useId()
  useEffect(() => {
    const shown = dialog.current
    if (shown && !shown.open) shown.showModal()
  }, [])
  const outside = (e: MouseEvent) => {
    if (e.target === dialog.current) close()
  }
  // Of itself Escape only empties a field for searching.
  const leave = (e: KeyboardEvent) => {
    if (e.key === 'Escape' && !e.nativeEvent.isComposing) close()
  }
  return (
    <dialog ref={dialog} className="sheet" aria-labelledby={name} onClose={close} onClick={outside} onKeyDown={leave}>
      <div className="sheet-body">
        <div className="sheet-head">
          <h2 id={name}>{title}</h2>
          <button type="button" className="icon-button" aria-label={t('m.close')} onClick={close}>
            <span aria-hidden="true">×</span>
          </button>
        </div>
        {children}
      </div>
    </dialog>
  )
}
