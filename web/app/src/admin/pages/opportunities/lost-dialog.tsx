import { Button, Modal, Select } from 'antd'
import { useId, useState } from 'react'
import { api, must } from '../../../shared/api'
import { t, word } from '../../../shared/i18n'
import { useChange } from '../../change'
import { type LossReason, lossReasons } from '../reasons'
import type { Deal } from './board'

/** Why a deal was lost. */
export function LostDialog({ deal, close }: { deal: Deal; close: () => void }) {
  const id = useId()
  const [reason, setReason] = useState<LossReason>()
  const lose = useChange(
    (why: LossReason) =>
      must(
        api.POST('/opportunities/{id}/move', {
          params: { path: { id: deal.id } },
          body: { state: 'lost', reason: why, version: deal.version },
        }),
      ),
    [['opportunities']],
  )
  return (
    <Modal
      open
      title={t('ui.deals.lost.title', { name: deal.name })}
      onCancel={close}
      footer={
        <Button
          type="primary"
          danger
          disabled={!reason}
          loading={lose.isPending}
          onClick={() => reason && lose.mutate(reason, { onSuccess: close })}
        >
          {t('ui.deals.lost')}
        </Button>
      }
    >
      <label htmlFor={id}>{t('ui.deals.lost.why')}</label>
      <Select
        id={id}
        value={reason}
        onChange={setReason}
        options={lossReasons.map((value) => ({ value, label: word('loss', value) }))}
        style={{ width: '100%' }}
      />
    </Modal>
  )
}
