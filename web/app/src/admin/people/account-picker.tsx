import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { useState } from 'react'
import { api, must } from '../../shared/api'
import { t } from '../../shared/i18n'
import { ErrorState, Loading } from '../states'
import './people.css'

interface AccountPickerProps {
  id?: string
  label: string
  value?: number | undefined
  onChange?: (id: number) => void
  autoFocus?: boolean
}

/** Finds a company by its name, an alias or a domain. */
export function AccountPicker({ id, label, value, onChange, autoFocus = false }: AccountPickerProps) {
  const [text, setText] = useState('')
  const query = useQuery({
    queryKey: ['account-picker', text],
    queryFn: () => must(api.GET('/accounts', { params: { query: { q: text || undefined, limit: 20 } } })),
    placeholderData: keepPreviousData,
  })
  return (
    <div className="account-picker" aria-busy={query.isPending}>
      <Select<number>
        id={id}
        aria-label={label}
        className="full-width"
        autoFocus={autoFocus}
        showSearch
        filterOption={false}
        onSearch={setText}
        loading={query.isFetching}
        placeholder={t('ui.account.pick')}
        notFoundContent={query.isPending ? <Loading rows={2} /> : !query.error && t('ui.account.pick.none')}
        value={value}
        onChange={onChange}
        options={(query.data?.items ?? []).map((a) => ({ value: a.id, label: <span translate="no">{a.name}</span> }))}
      />
      {query.error && <ErrorState error={query.error} retry={() => void query.refetch()} busy={query.isFetching} />}
    </div>
  )
}
