import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query'
import { App } from 'antd'
import { t } from '../shared/i18n'
import { problemWords } from '../shared/problem'

/**
 * A change of what the server keeps: it says that it is saved, or what went
 * wrong, and has everything under the keys fetched anew.
 */
export function useChange<In = void, Out = unknown>(change: (input: In) => Promise<Out>, stale: QueryKey[], said = t('ui.saved')) {
  const { message } = App.useApp()
  const client = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSuccess: async () => {
      await Promise.all(stale.map((queryKey) => client.invalidateQueries({ queryKey })))
      if (said) message.success(said)
    },
    onError: (error) => {
      const { title, detail } = problemWords(error, t, 'ui')
      message.error([title, detail].filter(Boolean).join(' — '), 6)
    },
  })
}
