import { useSearch } from '@tanstack/react-router'
import { api, must, type Schema } from '../../shared/api'
import { formatDate, t, word } from '../../shared/i18n'
import { Go } from '../ops/go'
import { among } from '../ops/search'
import { Page } from '../page'
import { ContactName } from '../people/contact-name'
import { StageTag } from '../people/stage-tag'
import { type Column, Rows } from '../rows'
import { Nothing } from '../states'

type Leak = Schema<'Leak'>

const teams = ['marketing', 'sdr', 'sales', 'success'] as const

const columns: Column<Leak>[] = [
  {
    key: 'who',
    title: t('ui.touches.who'),
    width: 'minmax(150px, 2fr)',
    cell: (l) => (
      <span translate="no">
        <ContactName id={l.contact_id} name={l.contact_name} sub={l.corp_name} />
      </span>
    ),
  },
  {
    key: 'why',
    title: t('ui.leaks.why'),
    width: 'minmax(110px, 1fr)',
    cell: (l) => (l.no_owner ? t('ui.leaks.no-owner') : t('ui.leaks.no-next')),
  },
  { key: 'stage', title: t('ui.leaks.stage'), width: '140px', optional: true, cell: (l) => <StageTag stage={l.stage} /> },
  { key: 'team', title: t('ui.leaks.team'), width: '110px', optional: true, cell: (l) => word('ui.team', l.team) },
  { key: 'since', title: t('ui.leaks.since'), width: '110px', optional: true, cell: (l) => (l.stage_at ? formatDate(l.stage_at) : '') },
]

/** Contacts whom nobody looks after. */
export function Leaks() {
  const search: Record<string, unknown> = useSearch({ strict: false })
  const team = among(search.team, teams)
  return (
    <Page narrowed title={t('ui.leaks.title')} lede={t('ui.leaks.lede')}>
      <nav className="queue-states" aria-label={t('ui.leaks.team')}>
        <Go to="/leaks" className={team ? undefined : 'on'}>
          {t('ui.today.leaks.all')}
        </Go>
        {teams.map((x) => (
          <Go key={x} to="/leaks" search={{ team: x }} className={x === team ? 'on' : undefined}>
            {word('ui.team', x)}
          </Go>
        ))}
      </nav>
      <Rows<Leak>
        name={['leaks', team]}
        label={t('ui.leaks.title')}
        columns={columns}
        id={(l) => l.contact_id}
        fetch={(cursor) => must(api.GET('/leaks', { params: { query: { team, limit: 100, cursor } } }))}
        empty={<Nothing why={t('ui.today.leaks.none')} />}
      />
    </Page>
  )
}
