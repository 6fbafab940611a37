import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { api, must } from '../../../shared/api'
import { formatDate, formatMoney, t, word } from '../../../shared/i18n'
import { useStageWord } from '../../../shared/stages'
import { Card } from '../../card'
import { useMay } from '../../may'
import { RepName } from '../../people/rep-name'
import { StateTag } from '../../people/state-tag'
import { Ask } from '../../states'
import { OpenDialog } from '../opportunities/open-dialog'

/** The account's deals, the newest first. */
export function Deals({ accountId }: { accountId: number }) {
  const name = useStageWord()
  const may = useMay()('openOpportunity')
  const [opening, setOpening] = useState(false)
  const query = useQuery({
    queryKey: ['account', accountId, 'deals'],
    queryFn: () => must(api.GET('/opportunities', { params: { query: { account_id: accountId, limit: 20 } } })),
  })
  return (
    <Card
      title={t('ui.deals.title')}
      actions={
        may && (
          <Button size="small" onClick={() => setOpening(true)}>
            {t('ui.deals.open')}
          </Button>
        )
      }
    >
      <Ask query={query} rows={2}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="soft">{t('ui.deals.none')}</p>
          ) : (
            <ul className="plain-list">
              {items.map((o) => (
                <li key={o.id}>
                  <strong translate="no">{o.name}</strong> · {formatMoney(o.amount)} ·{' '}
                  <StateTag state={o.state} family="filter.word.opportunity" />
                  <br />
                  <span className="soft">
                    {word('filter.word.kind', o.kind)} · {name(o.stage)} · <RepName id={o.owner_id} name={o.owner_name} avatar={false} /> ·{' '}
                    {formatDate(o.opened_at)}
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Ask>
      {opening && <OpenDialog accountId={accountId} close={() => setOpening(false)} />}
    </Card>
  )
}
