import { useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { api, must, type Schema } from '../../shared/api'
import { t } from '../../shared/i18n'
import { Field } from './field'

type Tag = Schema<'Tag'>

/** All tags, a page at a time. */
async function allTags(): Promise<Tag[]> {
  const tags: Tag[] = []
  for (let cursor: string | undefined; ; ) {
    const page = (await must(api.GET('/tags', { params: { query: { limit: 200, cursor } } }))) as { items: Tag[]; next_cursor?: string }
    tags.push(...page.items)
    if (!page.next_cursor) return tags
    cursor = page.next_cursor
  }
}

interface TagsProps {
  label: string
  value: number[]
  fault?: string
  onChange: (ids: number[]) => void
}

/** Tags, by group and with search. */
export function TagsField({ label, value, fault, onChange }: TagsProps) {
  const tags = useQuery({ queryKey: ['tags', 'all'], queryFn: allTags, staleTime: 300_000 })
  const groups = new Map<string, Tag[]>()
  for (const tag of tags.data ?? []) groups.set(tag.group, [...(groups.get(tag.group) ?? []), tag])
  return (
    <Field label={label} fault={fault}>
      {({ id, status }) => (
        <Select<number[]>
          id={id}
          mode="multiple"
          status={status}
          value={value}
          loading={tags.isPending}
          placeholder={t('ui.sop.tags.choose')}
          showSearch={{ optionFilterProp: 'title' }}
          style={{ width: '100%' }}
          options={[...groups].map(([group, list]) => ({
            title: group,
            label: <span translate="no">{group}</span>,
            options: list.map((tag) => ({ value: tag.id, title: tag.name, label: <span translate="no">{tag.name}</span> })),
          }))}
          onChange={onChange}
        />
      )}
    </Field>
  )
}
