import { useState } from 'react'
import { formatDay, formatTime, t } from '../../shared/i18n'
import { type DeferReason, deferReasons, putOff } from '../act'
import { doing } from '../doing'
import { snoozes } from '../due'
import { Sheet } from '../parts/sheet'
import { type Item, keyOf } from '../queue'
import { deedLabel } from './names'

/** Puts items off: why, if one likes, and until when. */
export function SnoozeSheet({ items, now, close }: { items: Item[]; now: Date; close: () => void }) {
  const [reason, setReason] = useState<DeferReason>()
  const last = Math.min(...items.map((i) => (i.kind === 'prompt' ? i.snoozes : 3)))
  const pick = (until: Date) => {
    doing.do({ keys: items.map(keyOf), label: deedLabel('m.deed.later', items), run: () => putOff(items, until, reason) })
    close()
  }
  return (
    <Sheet title={t('m.later.title')} close={close}>
      <fieldset className="pills">
        <legend className="soft">{t('m.later.why')}</legend>
        {deferReasons.map((r) => (
          <button
            key={r}
            type="button"
            className="pill"
            aria-pressed={reason === r}
            onClick={() => setReason(reason === r ? undefined : r)}
          >
            {t(`m.later.why.${r}`)}
          </button>
        ))}
      </fieldset>
      <ul className="choices">
        {snoozes(now).map(({ key, at }) => (
          <li key={key}>
            <button type="button" onClick={() => pick(at)}>
              <span>{t(`m.later.${key}`)}</span>
              <span className="soft">
                {formatDay(at.toISOString())} {formatTime(at.toISOString())}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {last <= 0 && <p className="warn">{t('m.later.none')}</p>}
      {last === 1 && <p className="soft">{t('m.later.last')}</p>}
    </Sheet>
  )
}
