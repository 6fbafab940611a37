import { type InfiniteData, useQueryClient } from '@tanstack/react-query'
import { Checkbox } from 'antd'
import { type ReactNode, useState } from 'react'
import { t } from '../../../shared/i18n'
import { useMay } from '../../may'
import { type Column, Rows, type Slice } from '../../rows'
import { type Chosen, chosenAfter, everybodyOf, nobody } from './chosen'
import { ChosenBar } from './chosen-bar'
import type { Contact } from './contacts'
import type { ContactSearch } from './search'

interface ListProps {
  search: ContactSearch
  columns: Column<Contact>[]
  fetch: (cursor: string | undefined) => Promise<Slice<Contact>>
  empty: ReactNode
}

/** The list of contacts; rows can be chosen by who may do something with many. */
export function ContactList({ search, columns, fetch, empty }: ListProps) {
  const may = useMay()('enrollInBulk')
  const client = useQueryClient()
  const [chosen, setChosen] = useState<Chosen>(nobody)
  const name = ['contacts', search]
  const order = () => {
    const got = client.getQueryData<InfiniteData<Slice<Contact>>>(['rows', ...name])
    return (got?.pages ?? []).flatMap((p) => p.items.map((c) => c.id))
  }
  const choice: Column<Contact> = {
    key: 'choose',
    title: (
      <Checkbox
        aria-label={t('ui.chosen.loaded')}
        checked={chosen.ids.length > 0}
        indeterminate={chosen.ids.length > 0 && chosen.ids.length < order().length}
        onChange={() => setChosen(chosen.ids.length > 0 ? nobody : { ids: order() })}
      />
    ),
    width: '20px',
    cell: (c) => (
      <Checkbox
        aria-label={t('ui.chosen.row', { name: c.name || String(c.id) })}
        checked={chosen.ids.includes(c.id)}
        onChange={(e) => setChosen(chosenAfter(chosen, order(), c.id, e.target.checked, shifted(e.nativeEvent)))}
      />
    ),
  }
  return (
    <>
      {may && <ChosenBar ids={chosen.ids} everybody={everybodyOf(search)} clear={() => setChosen(nobody)} />}
      <Rows<Contact>
        name={name}
        label={t('ui.nav.contacts')}
        columns={may ? [choice, ...columns] : columns}
        fetch={fetch}
        id={(c) => c.id}
        rowHeight={56}
        empty={empty}
      />
    </>
  )
}

const shifted = (event: Event): boolean => 'shiftKey' in event && event.shiftKey === true
