import { MoreOutlined } from '@ant-design/icons'
import { Link } from '@tanstack/react-router'
import { Button, Dropdown } from 'antd'
import { type KeyboardEvent, useState } from 'react'
import { api, must } from '../../../shared/api'
import { formatDate, formatMoney, t, word } from '../../../shared/i18n'
import { useStageWord } from '../../../shared/stages'
import { Allowed } from '../../allowed'
import { useChange } from '../../change'
import { useMay } from '../../may'
import { RepName } from '../../people/rep-name'
import { useLook } from '../../theme'
import { type Deal, type DealState, overdue } from './board'
import { LostDialog } from './lost-dialog'

interface CardProps {
  deal: Deal
  stages: string[]
  move: (stage: string) => void
  step: (by: -1 | 1) => void
}

/** A deal on the board: it is dragged, or moved with the arrow keys or by its menu. */
export function Card({ deal, stages, move, step }: CardProps) {
  const may = useMay()
  const name = useStageWord()
  const { palette } = useLook()
  const [losing, setLosing] = useState(false)
  const turn = useChange(
    (state: DealState) =>
      must(api.POST('/opportunities/{id}/move', { params: { path: { id: deal.id } }, body: { state, version: deal.version } })),
    [['opportunities']],
  )
  const keys = (e: KeyboardEvent) => {
    if (!may('moveOpportunity') || e.target !== e.currentTarget || (e.key !== 'ArrowLeft' && e.key !== 'ArrowRight')) return
    e.preventDefault()
    step(e.key === 'ArrowLeft' ? -1 : 1)
  }
  const open = deal.state === 'open'
  const account: string = `/accounts/${deal.account_id}`
  const late = overdue(deal, new Date().toISOString().slice(0, 10))
  const items = open
    ? [
        ...stages
          .filter((s) => s !== deal.stage)
          .map((s) => ({ key: s, label: t('ui.deals.to', { stage: name(s) }), onClick: () => move(s) })),
        { type: 'divider' as const, key: 'line' },
        { key: ':won', label: t('ui.deals.won'), onClick: () => turn.mutate('won') },
        { key: ':lost', label: t('ui.deals.lost'), onClick: () => setLosing(true) },
      ]
    : [{ key: ':open', label: t('ui.deals.reopen'), onClick: () => turn.mutate('open') }]
  return (
    <article
      className="deal"
      tabIndex={0}
      draggable={open && may('moveOpportunity')}
      aria-label={t('ui.deals.card', { name: deal.name, amount: formatMoney(deal.amount) })}
      onKeyDown={keys}
      onDragStart={(e) => e.dataTransfer.setData('text/plain', String(deal.id))}
    >
      <div className="deal-head">
        <strong translate="no">{deal.name}</strong>
        <Allowed to="moveOpportunity">
          <Dropdown menu={{ items }} trigger={['click']}>
            <Button
              type="text"
              size="small"
              icon={<MoreOutlined />}
              aria-label={t('ui.deals.menu', { name: deal.name })}
              loading={turn.isPending}
            />
          </Dropdown>
        </Allowed>
      </div>
      <div className="deal-amount">{formatMoney(deal.amount)}</div>
      <div>
        <Link to={account} translate="no">
          {deal.account_name}
        </Link>
      </div>
      <div className="deal-foot">
        <RepName id={deal.owner_id} name={deal.owner_name} />
        {deal.expected_close && (
          <span style={late ? { color: palette.bad } : undefined}>
            {t(late ? 'ui.deals.late' : 'ui.deals.close', { day: formatDate(deal.expected_close) })}
          </span>
        )}
        {deal.close_reason && <span>{word('loss', deal.close_reason)}</span>}
      </div>
      {losing && <LostDialog deal={deal} close={() => setLosing(false)} />}
    </article>
  )
}
