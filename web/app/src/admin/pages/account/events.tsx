import { Button, DatePicker, Form, Input, Select } from 'antd'
import { useState } from 'react'
import { api, must, type Schema } from '../../../shared/api'
import { formatDate, t } from '../../../shared/i18n'
import { Allowed } from '../../allowed'
import { Card } from '../../card'
import { useChange } from '../../change'
import { Sure } from '../../sure'
import type { Account } from './shape'

const kinds = ['funding', 'acquisition', 'leadership', 'expansion', 'product', 'tender', 'policy', 'other'] as const

interface EventFields {
  kind: Schema<'EventInput'>['kind']
  title: string
  url?: string
  at: { format: (pattern: string) => string }
}

/** What has happened at the company: why you, why now. */
export function Events({ page }: { page: Account }) {
  const [adding, setAdding] = useState(false)
  const id = page.account.id
  const add = useChange(
    (f: EventFields) =>
      must(
        api.POST('/accounts/{id}/events', { params: { path: { id } }, body: { ...f, at: `${f.at.format('YYYY-MM-DD')}T00:00:00+08:00` } }),
      ),
    [['account', id]],
  )
  const remove = useChange(
    (part: number) => api.DELETE('/accounts/{id}/events/{part}', { params: { path: { id, part } } }),
    [['account', id]],
  )
  return (
    <Card
      title={t('ui.events.title')}
      actions={
        <Allowed to="addAccountEvent">
          <Button size="small" onClick={() => setAdding(!adding)} aria-expanded={adding}>
            {t('ui.events.add')}
          </Button>
        </Allowed>
      }
    >
      {page.why_now ? (
        <p className="why-now">
          <strong>{t('ui.events.now')}</strong> {t(`ui.event.${page.why_now.kind}`)} · <span translate="no">{page.why_now.title}</span>
        </p>
      ) : (
        <p className="soft">{t('ui.events.none')}</p>
      )}
      {adding && (
        <Form<EventFields>
          layout="vertical"
          className="inset-form"
          initialValues={{ kind: 'funding' }}
          onFinish={(f) => add.mutate(f, { onSuccess: () => setAdding(false) })}
        >
          <div className="form-fields">
            <Form.Item name="kind" label={t('ui.events.kind')}>
              <Select options={kinds.map((value) => ({ value, label: t(`ui.event.${value}`) }))} />
            </Form.Item>
            <Form.Item name="at" label={t('ui.events.day')} rules={[{ required: true, message: t('ui.events.day.need') }]}>
              <DatePicker />
            </Form.Item>
          </div>
          <Form.Item
            name="title"
            label={t('ui.events.what')}
            rules={[{ required: true, whitespace: true, message: t('ui.events.what.need') }]}
          >
            <Input maxLength={200} placeholder={t('ui.events.what.hint')} />
          </Form.Item>
          <Form.Item name="url" label={t('ui.events.url')}>
            <Input maxLength={500} type="url" />
          </Form.Item>
          <Button type="primary" htmlType="submit" loading={add.isPending}>
            {t('ui.save')}
          </Button>
        </Form>
      )}
      <ul className="plain-list">
        {page.events.map((e) => (
          <li key={e.id}>
            <span className="soft">
              {formatDate(e.at)} · {t(`ui.event.${e.kind}`)}
            </span>{' '}
            {e.url ? (
              <a href={e.url} target="_blank" rel="noreferrer" translate="no">
                {e.title}
              </a>
            ) : (
              <span translate="no">{e.title}</span>
            )}
            <Allowed to="removeAccountEvent">
              <Sure title={t('ui.events.remove.sure')} okText={t('ui.delete')} onConfirm={() => remove.mutate(e.id)}>
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
