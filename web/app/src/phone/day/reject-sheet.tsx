import { type FormEvent, useState } from 'react'
import { t } from '../../shared/i18n'
import { type LossReason, lossReasons, rejectHandover } from '../act'
import { doing } from '../doing'
import { Sheet } from '../parts/sheet'
import { type Item, keyOf } from '../queue'
import { deedLabel } from './names'

/** Sends a customer back to marketing, with the reason that marketing reads. */
export function RejectSheet({ item, close }: { item: Item; close: () => void }) {
  const [reason, setReason] = useState<LossReason>()
  const [note, setNote] = useState('')
  const submit = (e: FormEvent) => {
    e.preventDefault()
    if (!reason) return
    doing.do({ keys: [keyOf(item)], label: deedLabel('m.deed.rejected', [item]), run: () => rejectHandover(item.id, reason, note.trim()) })
    close()
  }
  return (
    <Sheet title={t('m.reject.title')} close={close}>
      <form onSubmit={submit}>
        <fieldset className="pills">
          <legend className="soft">{t('m.reject.why')}</legend>
          {lossReasons.map((r) => (
            <button key={r} type="button" className="pill" aria-pressed={reason === r} onClick={() => setReason(r)}>
              {t(`loss.${r}`)}
            </button>
          ))}
        </fieldset>
        <label className="field">
          <span className="soft">{t('m.reject.note')}</span>
          <textarea rows={2} maxLength={500} value={note} onChange={(e) => setNote(e.target.value)} />
        </label>
        <button type="submit" className="button primary wide" disabled={!reason}>
          {t('m.reject')}
        </button>
      </form>
    </Sheet>
  )
}
