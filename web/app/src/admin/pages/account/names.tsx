import { Button, Form, Input, Tag } from 'antd'
import { api, must } from '../../../shared/api'
import { t } from '../../../shared/i18n'
import { Allowed } from '../../allowed'
import { Card } from '../../card'
import { useChange } from '../../change'
import { Sure } from '../../sure'
import { Merges } from './merges'
import type { Account } from './shape'

/** What else the company is called, and what its addresses end in: by these people are matched. */
export function Names({ page }: { page: Account }) {
  const id = page.account.id
  const stale = [['account', id]]
  const alias = useChange(
    (name: string) => must(api.POST('/accounts/{id}/aliases', { params: { path: { id } }, body: { alias: name } })),
    stale,
  )
  const domain = useChange(
    (name: string) => must(api.POST('/accounts/{id}/domains', { params: { path: { id } }, body: { domain: name } })),
    stale,
  )
  const dropAlias = useChange((part: number) => api.DELETE('/accounts/{id}/aliases/{part}', { params: { path: { id, part } } }), stale)
  const dropDomain = useChange((part: number) => api.DELETE('/accounts/{id}/domains/{part}', { params: { path: { id, part } } }), stale)
  return (
    <Card id="names" title={t('ui.names.title')}>
      <p className="soft">{t('ui.names.hint')}</p>
      <NameList label={t('ui.names.aliases')} names={page.aliases} add={alias.mutate} drop={dropAlias.mutate} />
      <NameList label={t('ui.names.domains')} names={page.domains} add={domain.mutate} drop={dropDomain.mutate} />
      <Merges page={page} />
    </Card>
  )
}

interface NameListProps {
  label: string
  names: { id: number; name: string }[]
  add: (name: string, then: { onSuccess: () => void }) => void
  drop: (id: number) => void
}

function NameList({ label, names, add, drop }: NameListProps) {
  const [form] = Form.useForm<{ name: string }>()
  return (
    <>
      <h3>{label}</h3>
      <div className="name-list">
        {names.map((n) => (
          <Tag key={n.id}>
            <span translate="no">{n.name}</span>
            <Allowed to="removeAlias">
              <Sure title={t('ui.names.remove.sure')} okText={t('ui.names.remove')} onConfirm={() => drop(n.id)}>
                <Button type="text" size="small" aria-label={t('ui.names.remove.of', { name: n.name })}>
                  ×
                </Button>
              </Sure>
            </Allowed>
          </Tag>
        ))}
      </div>
      <Allowed to="addAlias">
        <Form form={form} layout="inline" className="name-form" onFinish={({ name }) => add(name, { onSuccess: () => form.resetFields() })}>
          <Form.Item name="name" rules={[{ required: true, whitespace: true, message: t('ui.names.need') }]}>
            <Input
              size="small"
              maxLength={120}
              aria-label={t('ui.names.add', { what: label })}
              placeholder={t('ui.names.add', { what: label })}
            />
          </Form.Item>
          <Button size="small" htmlType="submit">
            {t('ui.add')}
          </Button>
        </Form>
      </Allowed>
    </>
  )
}
