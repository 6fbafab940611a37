import { useMutation, useQueryClient } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { api, must } from '../../shared/api'
import { t } from '../../shared/i18n'
import { problemWords } from '../../shared/problem'
import { Allowed } from '../allowed'

/** Has a held person planned again. */
export function RedriveButton({ enrollment }: { enrollment: number }) {
  const client = useQueryClient()
  const { message } = App.useApp()
  const redrive = useMutation({
    mutationFn: () => must(api.POST('/enrollments/{id}/redrive', { params: { path: { id: enrollment } } })),
    onSuccess: () => {
      void message.success(t('ui.queue.redriven'))
      void client.invalidateQueries()
    },
    onError: (error) => void message.error(problemWords(error, t, 'ui').detail),
  })
  return (
    <Allowed to="redriveEnrollment">
      <Button size="small" loading={redrive.isPending} onClick={() => redrive.mutate()}>
        {t('ui.queue.redrive')}
      </Button>
    </Allowed>
  )
}
