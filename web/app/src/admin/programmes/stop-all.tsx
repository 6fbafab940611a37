import { useQuery } from '@tanstack/react-query'
import { Modal } from 'antd'
import { useState } from 'react'
import { api, must } from '../../shared/api'
import { t } from '../../shared/i18n'
import { useChange } from '../change'
import { Ask } from '../states'
import './programmes.css'
import { type How, ResumeChoice } from './resume-choice'
import { isStopping, StopNumbers } from './stop-numbers'

const stale = [['stop'], ['rows', 'sop-lines'], ['sop']]

/** How far the kill switch for everything is. */
export function useStop() {
  return useQuery({
    queryKey: ['stop'],
    queryFn: () => must(api.GET('/stop')),
    refetchInterval: (q) => (q.state.data && isStopping(q.state.data) ? 2000 : 60_000),
  })
}

interface Props {
  open: boolean
  onClose: () => void
}

/** Stops everything, or says how far that is. */
export function StopAllDialog({ open, onClose }: Props) {
  const stop = useStop()
  const kill = useChange(() => must(api.POST('/stop')), stale, t('ui.stop.done'))
  const stopped = Boolean(stop.data?.stopped_at)
  return (
    <Modal
      open={open}
      title={t('ui.stop.all')}
      okText={t('ui.stop.all')}
      okButtonProps={{ danger: true }}
      footer={stopped ? null : undefined}
      confirmLoading={kill.isPending}
      onCancel={onClose}
      onOk={() => kill.mutate()}
    >
      <p>{t(stopped ? 'ui.stop.all.stopped' : 'ui.stop.all.hint')}</p>
      <Ask query={stop} rows={2}>
        {(s) => <StopNumbers stop={s} />}
      </Ask>
    </Modal>
  )
}

/** Lets everything go on after the kill switch. */
export function ResumeAllDialog({ open, onClose }: Props) {
  const [how, setHow] = useState<How>('shift')
  const resume = useChange(() => must(api.POST('/stop/resume', { body: { how } })), stale, t('ui.resume.done'))
  return (
    <Modal
      open={open}
      title={t('ui.resume.all')}
      okText={t('ui.resume')}
      confirmLoading={resume.isPending}
      onCancel={onClose}
      onOk={() => resume.mutate(undefined, { onSuccess: onClose })}
    >
      <p>{t('ui.resume.all.hint')}</p>
      <ResumeChoice how={how} onChange={setHow} />
    </Modal>
  )
}
