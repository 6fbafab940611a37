import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Segmented } from 'antd'
import { useState } from 'react'
import { api, must } from '../../../shared/api'
import { formatMoney, t } from '../../../shared/i18n'
import { useStages, useStageWord } from '../../../shared/stages'
import { Allowed } from '../../allowed'
import { useChange } from '../../change'
import { useMay } from '../../may'
import { Page } from '../../page'
import type { Slice } from '../../rows'
import { Ask, Nothing } from '../../states'
import { beside, type Deal, type DealState, lanesOf } from './board'
import { Card } from './card'
import { OpenDialog } from './open-dialog'
import './board.css'

const states: DealState[] = ['open', 'won', 'lost']
const most = 1000

/** All deals of a state: a board shows them at once. */
async function allDeals(state: DealState): Promise<{ deals: Deal[]; more: boolean }> {
  const deals: Deal[] = []
  let cursor: string | undefined
  do {
    const page: Slice<Deal> = await must(api.GET('/opportunities', { params: { query: { state, limit: 200, cursor } } }))
    deals.push(...page.items)
    cursor = page.next_cursor || undefined
  } while (cursor && deals.length < most)
  return { deals, more: cursor !== undefined }
}

function Board({ deals, stages }: { deals: Deal[]; stages: string[] }) {
  const name = useStageWord()
  const [over, setOver] = useState<string>()
  const move = useChange(
    ({ deal, stage }: { deal: Deal; stage: string }) =>
      must(api.POST('/opportunities/{id}/move', { params: { path: { id: deal.id } }, body: { stage, version: deal.version } })),
    [['opportunities']],
    '',
  )
  const to = (deal: Deal, stage?: string) => stage && stage !== deal.stage && move.mutate({ deal, stage })
  return (
    <div className="board" role="group" aria-label={t('ui.deals.board')}>
      {lanesOf(stages, deals).map((lane) => (
        <section
          key={lane.stage}
          className={over === lane.stage ? 'lane over' : 'lane'}
          aria-label={name(lane.stage)}
          onDragOver={(e) => {
            e.preventDefault()
            setOver(lane.stage)
          }}
          onDragLeave={() => setOver(undefined)}
          onDrop={(e) => {
            e.preventDefault()
            setOver(undefined)
            const deal = deals.find((d) => String(d.id) === e.dataTransfer.getData('text/plain'))
            if (deal) to(deal, lane.stage)
          }}
        >
          <h2>
            <span translate="no">{name(lane.stage)}</span> <span className="soft">{lane.deals.length}</span>
          </h2>
          <p className="lane-sum">{formatMoney(lane.amount)}</p>
          {lane.deals.map((deal) => (
            <Card
              key={deal.id}
              deal={deal}
              stages={stages}
              move={(stage) => to(deal, stage)}
              step={(by) => to(deal, beside(stages, deal.stage, by))}
            />
          ))}
          {lane.deals.length === 0 && <p className="soft lane-empty">{t('ui.deals.lane.empty')}</p>}
        </section>
      ))}
    </div>
  )
}

/** Deals under their stages. */
export function Opportunities() {
  const { state = 'open' } = useSearch({ from: '/opportunities' })
  const navigate = useNavigate({ from: '/opportunities' })
  const stages = useStages()
  const query = useQuery({ queryKey: ['opportunities', state], queryFn: () => allDeals(state) })
  const may = useMay()('openOpportunity')
  const [opening, setOpening] = useState(false)
  const begin = may && (
    <Button type="primary" onClick={() => setOpening(true)}>
      {t('ui.deals.open')}
    </Button>
  )
  const sum = query.data?.deals.reduce((n, d) => n + d.amount, 0) ?? 0
  return (
    <Page
      wide
      narrowed
      title={t('ui.deals')}
      lede={query.data && t('ui.deals.sum', { n: query.data.deals.length, amount: formatMoney(sum) })}
      actions={
        <>
          <Segmented<DealState>
            aria-label={t('ui.deals.state')}
            value={state}
            onChange={(to) => void navigate({ search: { state: to } })}
            options={states.map((value) => ({ value, label: t(`ui.deals.state.${value}`) }))}
          />
          {begin}
        </>
      }
    >
      <Ask query={query} rows={10}>
        {({ deals, more }) =>
          deals.length === 0 ? (
            <Nothing why={t(`ui.deals.none.${state}`)}>{state === 'open' && begin}</Nothing>
          ) : (
            <>
              {more && <p className="soft">{t('ui.deals.more', { n: most })}</p>}
              <Allowed to="moveOpportunity">
                <p className="soft">{t('ui.deals.keys')}</p>
              </Allowed>
              <Ask query={stages}>{({ opportunity }) => <Board deals={deals} stages={opportunity.map((s) => s.key)} />}</Ask>
            </>
          )
        }
      </Ask>
      {opening && <OpenDialog close={() => setOpening(false)} />}
    </Page>
  )
}
