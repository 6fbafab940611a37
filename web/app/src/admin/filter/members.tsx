import { Link } from '@tanstack/react-router'
import { api, must, type Schema } from '../../shared/api'
import { t } from '../../shared/i18n'
import { type Column, Rows } from '../rows'
import { type FilterValue, wire } from './ast'

/** The people whom a filter selects now. */
export function Members({ value }: { value: FilterValue }) {
  const columns: Column<Schema<'Member'>>[] = [
    {
      key: 'name',
      title: t('ui.member.name'),
      width: '1fr',
      cell: (m) => (
        <Link to={`/contacts/${m.id}` as string} translate="no">
          {m.name || m.external_userid}
        </Link>
      ),
    },
    { key: 'corp', title: t('ui.member.corp'), width: '1.4fr', cell: (m) => <span translate="no">{m.corp_name || '–'}</span> },
  ]
  return (
    <Rows
      name={['filter-members', value]}
      label={t('ui.filter.people.label')}
      columns={columns}
      rowHeight={44}
      fetch={(cursor) =>
        must(
          api.POST('/audiences/members', {
            params: { query: { limit: 100, ...(cursor ? { cursor } : {}) } },
            body: { filter: wire(value) },
          }),
        )
      }
      id={(m) => m.id}
      empty={t('ui.filter.people.none')}
    />
  )
}
