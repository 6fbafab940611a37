import { Button } from 'antd'
import { useState } from 'react'
import { api, must } from '../../../shared/api'
import { t } from '../../../shared/i18n'
import { useChange } from '../../change'
import { useMay } from '../../may'
import { RejectDialog } from './reject-dialog'
import type { Handover } from './sla'

/** Sales takes the person, or sends them back. */
export function Answer({ handover: h }: { handover: Handover }) {
  const may = useMay()
  const [rejecting, setRejecting] = useState(false)
  const accept = useChange(
    () => must(api.POST('/handovers/{id}/accept', { params: { path: { id: h.id } } })),
    [['rows', 'handovers']],
    t('ui.handovers.accepted'),
  )
  if (h.state !== 'open' || !may('acceptHandover')) return <span translate="no">{h.note}</span>
  return (
    <span style={{ display: 'flex', flexWrap: 'wrap', gap: '4px 6px' }}>
      <Button type="primary" size="small" loading={accept.isPending} onClick={() => accept.mutate()}>
        {t('ui.handovers.accept')}
      </Button>
      <Button size="small" onClick={() => setRejecting(true)}>
        {t('ui.handovers.reject')}
      </Button>
      {rejecting && <RejectDialog handover={h} close={() => setRejecting(false)} />}
    </span>
  )
}
