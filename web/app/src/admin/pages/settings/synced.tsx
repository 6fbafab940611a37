import { Button } from 'antd'
import { useState } from 'react'
import { api, must, type Schema } from '../../../shared/api'
import { formatDate, formatNumber, t } from '../../../shared/i18n'
import { Drawer } from '../../drawer'
import { PartNote } from '../../part-note'
import { type Column, Rows } from '../../rows'
import { Nothing } from '../../states'

type Tag = Schema<'Tag'>
type Group = Schema<'Group'>

const tagColumns: Column<Tag>[] = [
  { key: 'name', title: t('ui.set.synced.tag'), width: '1fr', cell: (tag) => <span translate="no">{tag.name}</span> },
  { key: 'group', title: t('ui.set.synced.tag-group'), width: '1fr', cell: (tag) => <span translate="no">{tag.group}</span> },
]

const groupColumns: Column<Group>[] = [
  { key: 'name', title: t('ui.set.synced.group'), width: '2fr', cell: (g) => <span translate="no">{g.name}</span> },
  { key: 'owner', title: t('ui.set.synced.owner'), width: '1fr', cell: (g) => <span translate="no">{g.rep_name || g.owner_userid}</span> },
  { key: 'members', title: t('ui.set.synced.members'), width: '72px', cell: (g) => formatNumber(g.members) },
  { key: 'formed', title: t('ui.set.synced.formed'), width: '100px', optional: true, cell: (g) => formatDate(g.formed_at) },
]

/** How many tags or customer groups a synchronisation has found, and which we keep. */
export function Synced({ kind, n }: { kind: 'tags' | 'groups'; n: number }) {
  const [open, setOpen] = useState(false)
  const title = t(`ui.set.sync.count.${kind}`)
  return (
    <>
      <Button type="link" size="small" aria-label={`${title} ${formatNumber(n)}`} onClick={() => setOpen(true)}>
        {formatNumber(n)}
      </Button>
      <Drawer open={open} onClose={() => setOpen(false)} title={title} size={520} destroyOnHidden>
        {kind === 'tags' ? (
          <Rows<Tag>
            name={['synced', kind]}
            label={title}
            columns={tagColumns}
            id={(tag) => tag.id}
            fetch={(cursor) => must(api.GET('/tags', { params: { query: { limit: 100, cursor } } }))}
            empty={<Nothing why={t('ui.set.synced.no-tags')} />}
          />
        ) : (
          <>
            <PartNote />
            <Rows<Group>
              name={['synced', kind]}
              label={title}
              columns={groupColumns}
              id={(g) => g.id}
              fetch={(cursor) => must(api.GET('/groups', { params: { query: { limit: 100, cursor } } }))}
              empty={<Nothing why={t('ui.set.synced.no-groups')} />}
            />
          </>
        )}
      </Drawer>
    </>
  )
}
