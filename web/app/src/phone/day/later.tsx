import { useMutation } from '@tanstack/react-query'
import { formatInstant, t } from '../../shared/i18n'
import { comeBack } from '../act'
import { type Item, keyOf } from '../queue'
import { nameOf } from './names'

/** What was put off, and when it comes back. */
export function Later({ items }: { items: Item[] }) {
  const back = useMutation({ mutationFn: comeBack })
  if (items.length === 0) return null
  return (
    <details className="later">
      <summary>{t('m.later.list', { n: items.length })}</summary>
      <ul>
        {items.map((item) => (
          <li key={keyOf(item)}>
            <span>
              <strong translate="no">{nameOf(item)}</strong>{' '}
              <span className="soft" translate="no">
                {item.title || t(`m.kind.${item.kind}`)}
              </span>
            </span>
            <span className="soft">{item.until && formatInstant(item.until)}</span>
            {item.kind !== 'prompt' && (
              <button type="button" className="link" disabled={back.isPending} onClick={() => back.mutate(item)}>
                {t('m.later.now')}
              </button>
            )}
          </li>
        ))}
      </ul>
    </details>
  )
}
