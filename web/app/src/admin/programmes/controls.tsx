import { PauseOutlined, PlayCircleOutlined, StopOutlined } from '@ant-design/icons'
import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { Alert, Button, Modal } from 'antd'
import { useState } from 'react'
import { api, must, type Schema } from '../../shared/api'
import { formatInstant, t } from '../../shared/i18n'
import { useChange } from '../change'
import { useMay } from '../may'
import { Ask } from '../states'
import './programmes.css'
import { Figure } from './figure'
import { Inside } from './inside-link'
import { type How, ResumeChoice } from './resume-choice'
import { isStopping, StopNumbers } from './stop-numbers'

interface ControlsProps {
  sop: Pick<Schema<'SOP'>, 'id' | 'state' | 'enrollments'>
}

type Dialog = 'pause' | 'resume' | 'stop'

const stale = (id: number) => [
  ['sop', id],
  ['rows', 'sop-lines'],
  ['sop-stop', id],
  ['rows', 'sop-changes', id],
]

/** Pause, resume and the kill switch of one programme, each with what it means for how many. */
export function Controls({ sop }: ControlsProps) {
  const may = useMay()
  const [dialog, setDialog] = useState<Dialog>()
  const close = () => setDialog(undefined)
  const running = sop.state === 'live' || sop.state === 'paused'
  const stop = useQuery({
    queryKey: ['sop-stop', sop.id],
    queryFn: () => must(api.GET('/sops/{id}/stop', { params: { path: { id: sop.id } } })),
    enabled: running && may('stopSOP'),
    refetchInterval: (q) => (q.state.data?.stopped_at && isStopping(q.state.data) ? 2000 : false),
  })
  if (!running) return null
  const stopped = stop.data?.stopped_at
  return (
    <>
      {sop.state === 'live' && may('pauseSOP') && (
        <Button icon={<PauseOutlined aria-hidden />} onClick={() => setDialog('pause')}>
          {t('ui.pause')}
        </Button>
      )}
      {sop.state === 'paused' && may('resumeSOP') && (
        <Button type="primary" icon={<PlayCircleOutlined aria-hidden />} onClick={() => setDialog('resume')}>
          {t('ui.resume')}
        </Button>
      )}
      {may('stopSOP') && (
        <Button danger icon={<StopOutlined aria-hidden />} onClick={() => setDialog('stop')}>
          {stopped ? t('ui.stop.state') : t('ui.stop')}
        </Button>
      )}
      <PauseDialog sop={sop} open={dialog === 'pause'} onClose={close} />
      {dialog === 'resume' && <ResumeDialog id={sop.id} onClose={close} />}
      <StopDialog sop={sop} stop={stop} open={dialog === 'stop'} onClose={close} />
    </>
  )
}

interface DialogProps extends ControlsProps {
  open: boolean
  onClose: () => void
}

function PauseDialog({ sop, open, onClose }: DialogProps) {
  const pause = useChange(() => must(api.POST('/sops/{id}/pause', { params: { path: { id: sop.id } } })), stale(sop.id), t('ui.pause.done'))
  return (
    <Modal
      open={open}
      title={t('ui.pause.title')}
      okText={t('ui.pause')}
      confirmLoading={pause.isPending}
      onCancel={onClose}
      onOk={() => pause.mutate(undefined, { onSuccess: onClose })}
    >
      <p>
        <Inside sop={sop} words="ui.pause.people" />
      </p>
      <p>{t('ui.pause.hint')}</p>
    </Modal>
  )
}

function ResumeDialog({ id, onClose }: { id: number; onClose: () => void }) {
  const [how, setHow] = useState<How>('shift')
  const preview = useQuery({
    queryKey: ['sop-resume', id],
    queryFn: () => must(api.GET('/sops/{id}/resume', { params: { path: { id } } })),
    staleTime: 0,
  })
  const resume = useChange(
    () => must(api.POST('/sops/{id}/resume', { params: { path: { id } }, body: { how } })),
    stale(id),
    t('ui.resume.done'),
  )
  return (
    <Modal
      open
      title={t('ui.resume.title')}
      okText={t('ui.resume')}
      okButtonProps={{ disabled: !preview.data || preview.data.resuming }}
      confirmLoading={resume.isPending}
      onCancel={onClose}
      onOk={() => resume.mutate(undefined, { onSuccess: onClose })}
    >
      <Ask query={preview} rows={4}>
        {(p) => (
          <>
            {p.resuming && <Alert type="info" showIcon title={t('ui.resume.resuming')} />}
            <p>{t('ui.resume.since', { at: formatInstant(p.paused_at) })}</p>
            <div className="numbers">
              <Figure n={p.people} words={t('ui.resume.people')} to={`/sops/${id}/people`} search={{ state: 'inside' }} />
              <Figure n={p.waiting} words={t('ui.resume.waiting')} to="/touches" search={{ sop: id, unsent: 'all' }} />
              <Figure n={p.passed} words={t('ui.resume.passed')} to="/touches" search={{ sop: id, unsent: 'passed' }} />
            </div>
            <ResumeChoice how={how} onChange={setHow} counts={p} />
          </>
        )}
      </Ask>
    </Modal>
  )
}

function StopDialog({ sop, stop, open, onClose }: DialogProps & { stop: UseQueryResult<Schema<'Stop'>> }) {
  const kill = useChange(() => must(api.POST('/sops/{id}/stop', { params: { path: { id: sop.id } } })), stale(sop.id), t('ui.stop.done'))
  const stopped = Boolean(stop.data?.stopped_at)
  return (
    <Modal
      open={open}
      title={t('ui.stop.title')}
      okText={t('ui.stop')}
      okButtonProps={{ danger: true }}
      footer={stopped ? null : undefined}
      confirmLoading={kill.isPending}
      onCancel={onClose}
      onOk={() => kill.mutate()}
    >
      {!stopped && (
        <p>
          <Inside sop={sop} words="ui.stop.people" />
        </p>
      )}
      <p>{t(stopped ? 'ui.stop.stopped.hint' : 'ui.stop.hint')}</p>
      <Ask query={stop} rows={2}>
        {(s) => <StopNumbers stop={s} sop={sop.id} />}
      </Ask>
    </Modal>
  )
}
