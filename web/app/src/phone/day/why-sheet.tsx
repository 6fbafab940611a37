import { useQuery } from '@tanstack/react-query'
import { api, must } from '../../shared/api'
import { formatInstant, t } from '../../shared/i18n'
import { Sheet } from '../parts/sheet'
import { Ask } from '../parts/states'

/** Why the rep is asked to do this: the chain that led to it, in order. */
export function WhySheet({ touchID, close }: { touchID: number; close: () => void }) {
  const query = useQuery({
    queryKey: ['why', touchID],
    queryFn: () => must(api.GET('/me/touches/{id}/why', { params: { path: { id: touchID } } })),
  })
  return (
    <Sheet title={t('m.why')} close={close}>
      <Ask query={query}>
        {(why) => (
          <ol className="chain">
            {why.chain.map((link, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the chain never changes its order
              <li key={i}>
                {link.at && <time dateTime={link.at}>{formatInstant(link.at)}</time>}
                <span translate="no">{link.text}</span>
              </li>
            ))}
          </ol>
        )}
      </Ask>
    </Sheet>
  )
}
