import { useQuery } from '@tanstack/react-query'
import { api, must } from '../../../shared/api'
import { formatInstant, t, word } from '../../../shared/i18n'
import { Card } from '../../card'
import { Ask } from '../../states'

/** What the contact will get in the next two weeks, if nothing else happens. */
export function Next({ id }: { id: number }) {
  const query = useQuery({
    queryKey: ['contact', id, 'forecast'],
    queryFn: () => must(api.GET('/forecast', { params: { query: { contact: id, days: 14 } } })),
  })
  return (
    <Card title={t('ui.next.title')}>
      <Ask query={query} rows={3}>
        {({ touches }) =>
          touches.length === 0 ? (
            <p className="soft">{t('ui.next.none')}</p>
          ) : (
            <ul className="plain-list">
              {touches.slice(0, 8).map((x) => (
                <li key={`${x.sop_id}-${x.step_key}-${x.at}`}>
                  <time dateTime={x.at}>{formatInstant(x.at)}</time> {word('channel', x.channel)} · <span translate="no">{x.sop_name}</span>
                  {x.reason_text && <span className="soft"> · {x.reason_text}</span>}
                </li>
              ))}
            </ul>
          )
        }
      </Ask>
    </Card>
  )
}
