import { Button, Form, Input } from 'antd'
import { api, must } from '../../../shared/api'
import { formatInstant, t } from '../../../shared/i18n'
import { Allowed } from '../../allowed'
import { Card } from '../../card'
import { useChange } from '../../change'
import { Sure } from '../../sure'
import type { Account } from './shape'

/** What both sides write down about the account. */
export function Notes({ page }: { page: Account }) {
  const id = page.account.id
  const [form] = Form.useForm<{ text: string }>()
  const add = useChange(
    (body: { text: string }) => must(api.POST('/accounts/{id}/notes', { params: { path: { id } }, body })),
    [['account', id]],
  )
  const remove = useChange(
    (part: number) => api.DELETE('/accounts/{id}/notes/{part}', { params: { path: { id, part } } }),
    [['account', id]],
  )
  return (
    <Card title={t('ui.notes.title')}>
      <Allowed to="addNote">
        <Form form={form} className="note-form" onFinish={(f) => add.mutate(f, { onSuccess: () => form.resetFields() })}>
          <Form.Item name="text" rules={[{ required: true, whitespace: true, message: t('ui.notes.need') }]}>
            <Input.TextArea
              aria-label={t('ui.notes.new')}
              autoSize={{ minRows: 1, maxRows: 6 }}
              maxLength={2000}
              placeholder={t('ui.notes.new')}
            />
          </Form.Item>
          <Button htmlType="submit" loading={add.isPending}>
            {t('ui.notes.add')}
          </Button>
        </Form>
      </Allowed>
      {page.notes.length === 0 && <p className="soft">{t('ui.notes.none')}</p>}
      <ul className="plain-list">
        {page.notes.map((n) => (
          <li key={n.id}>
            <p className="note-text" translate="no">
              {n.text}
            </p>
            <span className="soft">
              <span translate="no">{n.author}</span> · {formatInstant(n.created_at)}
            </span>
            <Allowed to="removeNote">
              <Sure title={t('ui.notes.remove.sure')} okText={t('ui.delete')} onConfirm={() => remove.mutate(n.id)}>
                <Button type="link" size="small">
                  {t('ui.delete')}
                </Button>
              </Sure>
            </Allowed>
          </li>
        ))}
      </ul>
    </Card>
  )
}
