import { Button, Checkbox, DatePicker, Form, Input, InputNumber, Select } from 'antd'
import { useState } from 'react'
import { api, must, type Schema } from '../../../shared/api'
import { formatDate, t } from '../../../shared/i18n'
import { Allowed } from '../../allowed'
import { Card } from '../../card'
import { useChange } from '../../change'
import { useMay } from '../../may'
import { RepName } from '../../people/rep-name'
import { useReps } from '../../people/reps'
import { Sure } from '../../sure'
import type { Account } from './shape'

type Action = Schema<'AccountAction'>

/** What marketing and sales want of the account together, and who does what next. */
export function Plan({ page }: { page: Account }) {
  const [editing, setEditing] = useState(false)
  const [adding, setAdding] = useState(false)
  const { plan } = page
  const open = page.actions.filter((a) => !a.done_at)
  const done = page.actions.filter((a) => a.done_at)
  return (
    <Card
      title={t('ui.plan.title')}
      actions={
        <>
          <Allowed to="setPlan">
            <Button size="small" onClick={() => setEditing(!editing)} aria-expanded={editing}>
              {t('ui.plan.edit')}
            </Button>
          </Allowed>
          <Allowed to="addAction">
            <Button size="small" type="primary" onClick={() => setAdding(true)}>
              {t('ui.plan.add')}
            </Button>
          </Allowed>
        </>
      }
    >
      {editing ? (
        <PlanForm page={page} close={() => setEditing(false)} />
      ) : (
        <>
          {plan.goals ? (
            <p className="plan-goals" translate="no">
              {plan.goals}
            </p>
          ) : (
            <p className="soft">{t('ui.plan.no-goals')}</p>
          )}
          {plan.review_since && <p className="soft">{t('ui.plan.review', { day: formatDate(plan.review_since) })}</p>}
        </>
      )}
      {adding && <ActionForm accountId={page.account.id} close={() => setAdding(false)} />}
      <h3>{t('ui.plan.next')}</h3>
      {open.length === 0 && <p className="soft">{t('ui.plan.nothing')}</p>}
      <ul className="actions-list">
        {open.map((a) => (
          <ActionRow key={a.id} accountId={page.account.id} action={a} reps={page.reps} />
        ))}
      </ul>
      {done.length > 0 && (
        <details>
          <summary>{t('ui.plan.done', { n: done.length })}</summary>
          <ul className="actions-list">
            {done.map((a) => (
              <ActionRow key={a.id} accountId={page.account.id} action={a} reps={page.reps} />
            ))}
          </ul>
        </details>
      )}
    </Card>
  )
}

function ActionRow({ accountId, action, reps }: { accountId: number; action: Action; reps: Record<string, string> }) {
  const may = useMay()
  const path = { id: accountId, part: action.id }
  const { id: _, author: __, done_at, ...rest } = action
  const set = useChange(
    (done: boolean) => must(api.PUT('/accounts/{id}/actions/{part}', { params: { path }, body: { ...rest, done } })),
    [['account', accountId]],
    '',
  )
  const remove = useChange(() => api.DELETE('/accounts/{id}/actions/{part}', { params: { path } }), [['account', accountId]])
  return (
    <li className={action.side}>
      <Checkbox checked={Boolean(done_at)} disabled={set.isPending || !may('setAction')} onChange={(e) => set.mutate(e.target.checked)}>
        <span translate="no">{action.title}</span>
      </Checkbox>
      <span className="action-facts soft">
        {t(`ui.side.${action.side}`)} · <RepName id={action.rep_id} name={reps[action.rep_id]} avatar={false} /> ·{' '}
        {formatDate(action.due_day)}
        <Allowed to="removeAction">
          <Sure title={t('ui.plan.remove.sure')} okText={t('ui.delete')} onConfirm={() => remove.mutate()}>
            <Button type="link" size="small">
              {t('ui.delete')}
            </Button>
          </Sure>
        </Allowed>
      </span>
    </li>
  )
}

interface ActionFields {
  title: string
  side: Schema<'Side'>
  rep_id: number
  due_day: { format: (pattern: string) => string }
}

function ActionForm({ accountId, close }: { accountId: number; close: () => void }) {
  const reps = useReps()
  const add = useChange(
    (f: ActionFields) =>
      must(
        api.POST('/accounts/{id}/actions', {
          params: { path: { id: accountId } },
          body: { ...f, due_day: f.due_day.format('YYYY-MM-DD') },
        }),
      ),
    [['account', accountId]],
  )
  return (
    <Form<ActionFields>
      layout="vertical"
      className="inset-form"
      initialValues={{ side: 'sales' }}
      onFinish={(f) => add.mutate(f, { onSuccess: close })}
    >
      <Form.Item name="title" label={t('ui.plan.action')} rules={[{ required: true, whitespace: true, message: t('ui.plan.action.need') }]}>
        <Input maxLength={200} autoFocus placeholder={t('ui.plan.action.hint')} />
      </Form.Item>
      <div className="form-fields">
        <Form.Item name="side" label={t('ui.plan.side')}>
          <Select options={(['marketing', 'sales'] as const).map((value) => ({ value, label: t(`ui.side.${value}`) }))} />
        </Form.Item>
        <Form.Item name="rep_id" label={t('ui.plan.who')} rules={[{ required: true, message: t('ui.plan.who.need') }]}>
          <Select
            showSearch
            optionFilterProp="label"
            loading={reps.isPending}
            options={(reps.data ?? []).map((r) => ({ value: r.id, label: r.name }))}
          />
        </Form.Item>
        <Form.Item name="due_day" label={t('ui.plan.due')} rules={[{ required: true, message: t('ui.plan.due.need') }]}>
          <DatePicker />
        </Form.Item>
      </div>
      <Button type="primary" htmlType="submit" loading={add.isPending}>
        {t('ui.plan.add')}
      </Button>{' '}
      <Button onClick={close}>{t('ui.cancel')}</Button>
    </Form>
  )
}

function PlanForm({ page, close }: { page: Account; close: () => void }) {
  const { plan, account } = page
  const save = useChange(
    (f: Omit<Schema<'PlanInput'>, 'version'>) =>
      must(api.PUT('/accounts/{id}/plan', { params: { path: { id: account.id } }, body: { ...f, version: plan.version } })),
    [['account', account.id]],
  )
  return (
    <Form
      layout="vertical"
      className="inset-form"
      initialValues={{
        goals: plan.goals,
        expected_people: plan.expected_people,
        expected_touches: plan.expected_touches,
        review: plan.review_since !== null,
      }}
      onFinish={(f) => save.mutate(f, { onSuccess: close })}
    >
      <Form.Item name="goals" label={t('ui.plan.goals')}>
        <Input.TextArea autoSize={{ minRows: 3 }} maxLength={4000} placeholder={t('ui.plan.goals.hint')} />
      </Form.Item>
      <div className="form-fields">
        <Form.Item name="expected_people" label={t('ui.plan.people')}>
          <InputNumber controls={false} min={1} max={100} placeholder={String(page.coverage.expected)} />
        </Form.Item>
        <Form.Item name="expected_touches" label={t('ui.plan.touches')}>
          <InputNumber controls={false} min={1} max={100} placeholder={String(page.ring.need)} />
        </Form.Item>
      </div>
      <Form.Item name="review" valuePropName="checked">
        <Checkbox>{t('ui.plan.ask-review')}</Checkbox>
      </Form.Item>
      <Button type="primary" htmlType="submit" loading={save.isPending}>
        {t('ui.save')}
      </Button>{' '}
      <Button onClick={close}>{t('ui.cancel')}</Button>
    </Form>
  )
}
