import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { useState } from 'react'
import { api, must } from '../../shared/api'
import { t } from '../../shared/i18n'

interface AccountPickerProps {
  label: string
  value?: number | undefined
  onChange?: (id: number) => void
  autoFocus?: boolean
}

/** Finds a company by its name, an alias or a domain. */
export function AccountPicker({ label, value, onChange, autoFocus = false }: AccountPickerProps) {
  const [text, setText] = useState('')
  const query = useQuery({
    queryKey: ['account-picker', text],
    queryFn: () => must(api.GET('/accounts', { params: { query: { q: text || undefined, limit: 20 } } })),
    placeholderData: keepPreviousData,
  })
  return (
    <Select<number>
      aria-label={label}
      className="full-width"
      autoFocus={autoFocus}
      showSearch
      filterOption={false}
      onSearch={setText}
      loading={query.isFetching}
      placeholder={t('ui.account.pick')}
      notFoundContent={t('ui.account.pick.none')}
      value={value}
      onChange={onChange}
      options={(query.data?.items ?? []).map((a) => ({ value: a.id, label: <span translate="no">{a.name}</span> }))}
    />
  )
}
