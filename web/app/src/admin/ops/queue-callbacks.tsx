import { useMutation, useQueryClient } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { api, must, type Schema } from '../../shared/api'
import { formatInstant, t } from '../../shared/i18n'
import { problemWords } from '../../shared/problem'
import { Allowed } from '../allowed'
import { type Column, Rows } from '../rows'
import { Nothing } from '../states'

type Parked = Schema<'Parked'>

const columns: Column<Parked>[] = [
  { key: 'at', title: t('ui.queue.at'), width: '120px', cell: (i) => formatInstant(i.received_at) },
  { key: 'event', title: t('ui.queue.event'), width: 'minmax(110px, 1fr)', cell: (i) => <span translate="no">{i.event_key}</span> },
  { key: 'tries', title: t('ui.queue.tries'), width: '70px', cell: (i) => i.attempts },
  {
    key: 'error',
    title: t('ui.queue.error'),
    width: 'minmax(80px, 3fr)',
    optional: true,
    cell: (i) => (
      <span translate="no" title={i.last_error}>
        {i.last_error}
      </span>
    ),
  },
]

/** Callbacks that could not be processed, and a way to have them tried again. */
export function QueueCallbacks() {
  const client = useQueryClient()
  const { message } = App.useApp()
  const again = useMutation({
    mutationFn: () => must(api.POST('/inbox/redrive', { body: { all: true } })),
    onSuccess: ({ redriven }) => {
      void message.success(t('ui.queue.callbacks.again', { n: redriven }))
      void client.invalidateQueries()
    },
    onError: (error) => void message.error(problemWords(error, t, 'ui').detail),
  })
  return (
    <>
      <Allowed to="redrive">
        <div className="filters">
          <Button loading={again.isPending} onClick={() => again.mutate()}>
            {t('ui.queue.callbacks.all')}
          </Button>
        </div>
      </Allowed>
      <Rows<Parked>
        name={['inbox', 'parked']}
        label={t('ui.queue.state.callbacks')}
        columns={columns}
        id={(i) => i.id}
        fetch={(cursor) => must(api.GET('/inbox/parked', { params: { query: { limit: 100, cursor } } }))}
        empty={<Nothing why={t('ui.queue.none')} />}
      />
    </>
  )
}
