import { type MouseEvent, type ReactNode, useEffect, useId, useRef } from 'react'
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
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog already
    <dialog ref={dialog} className="sheet" aria-labelledby={name} onClose={close} onClick={outside}>
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
