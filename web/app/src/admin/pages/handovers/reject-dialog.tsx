import { Button, Input, Modal, Select } from 'antd'
import { useId, useState } from 'react'
import { api, must } from '../../../shared/api'
import { t, word } from '../../../shared/i18n'
import { useChange } from '../../change'
import { type LossReason, lossReasons } from '../reasons'
import type { Handover } from './sla'

/** Why sales sends somebody back: marketing learns from it. */
export function RejectDialog({ handover, close }: { handover: Handover; close: () => void }) {
  const id = useId()
  const [reason, setReason] = useState<LossReason>()
  const [note, setNote] = useState('')
  const reject = useChange(
    (why: LossReason) =>
      must(
        api.POST('/handovers/{id}/reject', {
          params: { path: { id: handover.id } },
          body: { reason: why, note: note.trim() || undefined },
        }),
      ),
    [['rows', 'handovers']],
    t('ui.handovers.rejected'),
  )
  return (
    <Modal
      open
      title={t('ui.handovers.reject.title', { name: handover.contact_name })}
      onCancel={close}
      footer={
        <Button
          type="primary"
          disabled={!reason}
          loading={reject.isPending}
          onClick={() => reason && reject.mutate(reason, { onSuccess: close })}
        >
          {t('ui.handovers.reject')}
        </Button>
      }
    >
      <label htmlFor={`${id}-why`}>{t('ui.handovers.reject.reason')}</label>
      <Select
        id={`${id}-why`}
        value={reason}
        onChange={setReason}
        options={lossReasons.map((value) => ({ value, label: word('loss', value) }))}
        style={{ width: '100%', marginBottom: 12 }}
      />
      <label htmlFor={`${id}-note`}>{t('ui.handovers.reject.note')}</label>
      <Input.TextArea id={`${id}-note`} rows={3} maxLength={500} value={note} onChange={(e) => setNote(e.target.value)} />
    </Modal>
  )
}
