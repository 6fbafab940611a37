import { useMutation, useQueryClient } from '@tanstack/react-query'
import { App, Modal, Radio } from 'antd'
import { useState } from 'react'
import { api, must, type Schema } from '../../shared/api'
import { t } from '../../shared/i18n'
import { ErrorState } from '../states'

interface RetryDialogProps {
  dispatch: Schema<'Dispatch'>
  close: () => void
}

/** Settles by hand what the engine leaves to a person: which of WeCom's tasks is ours, or that it goes again. */
export function RetryDialog({ dispatch, close }: RetryDialogProps) {
  const client = useQueryClient()
  const { message } = App.useApp()
  const [task, setTask] = useState('')
  const retry = useMutation({
    mutationFn: () => must(api.POST('/dispatches/{id}/retry', { params: { path: { id: dispatch.id } }, body: { remote_id: task } })),
    onSuccess: () => {
      void message.success(t('ui.queue.retried'))
      void client.invalidateQueries()
      close()
    },
  })
  const stuck = dispatch.state === 'stuck'
  return (
    <Modal
      open
      title={stuck ? t('ui.queue.decide.title') : t('ui.queue.retry.title')}
      okText={task ? t('ui.queue.adopt') : t('ui.queue.again')}
      cancelText={t('ui.cancel')}
      confirmLoading={retry.isPending}
      onOk={() => retry.mutate()}
      onCancel={close}
    >
      <p>{stuck ? t('ui.queue.decide.why') : t('ui.queue.retry.why', { n: dispatch.recipients })}</p>
      {stuck && (
        <Radio.Group
          value={task}
          onChange={(e) => setTask(String(e.target.value))}
          style={{ display: 'grid', gap: 8 }}
          options={[
            ...dispatch.candidates.map((c) => ({ value: c, label: <Task id={c} /> })),
            { value: '', label: t('ui.queue.none-of-them') },
          ]}
        />
      )}
      {retry.error && <ErrorState error={retry.error} />}
    </Modal>
  )
}

function Task({ id }: { id: string }) {
  return (
    <>
      {t('ui.queue.candidate')} <span translate="no">{id}</span>
    </>
  )
}
