import { useQuery } from '@tanstack/react-query'
import { Button, DatePicker, Form, Radio, Select, Switch } from 'antd'
import { api, must, type Schema } from '../../../shared/api'
import { formatDate, t } from '../../../shared/i18n'
import { Allowed } from '../../allowed'
import { Card } from '../../card'
import { useChange } from '../../change'
import { Editable } from '../../editable'
import { Ask } from '../../states'
import { dateWord } from './words'

type Wishes = Schema<'ContactPreferences'>

/** What the contact wants of us, and the dates that programmes count from. */
export function WishesAndDates({ id }: { id: number }) {
  const query = useQuery({
    queryKey: ['contact', id, 'preferences'],
    queryFn: () => must(api.GET('/contacts/{id}/preferences', { params: { path: { id } } })),
  })
  const set = useChange(
    ({ consent, contact_less }: Wishes) =>
      must(api.PUT('/contacts/{id}/preferences', { params: { path: { id } }, body: { consent, contact_less } })),
    [['contact', id]],
  )
  return (
    <Card title={t('ui.wishes.title')}>
      <Editable by="setContactPreferences">
        <Ask query={query} rows={3}>
          {(w) => (
            <>
              <p id="consent">{t('ui.wishes.consent')}</p>
              <Radio.Group
                aria-labelledby="consent"
                value={w.consent}
                disabled={set.isPending}
                onChange={(e) => set.mutate({ ...w, consent: e.target.value as Wishes['consent'] })}
                options={(['granted', '', 'refused'] as const).map((value) => ({
                  value,
                  label: t(`ui.wishes.consent.${value || 'unknown'}`),
                }))}
              />
              <p>
                <Switch
                  size="small"
                  id="less"
                  checked={w.contact_less}
                  loading={set.isPending}
                  onChange={(contact_less) => set.mutate({ ...w, contact_less })}
                />{' '}
                <label htmlFor="less">{t('ui.wishes.less')}</label>
              </p>
              {w.held_until && <p className="soft">{t('ui.wishes.held', { day: formatDate(w.held_until) })}</p>}
            </>
          )}
        </Ask>
      </Editable>
      <h3>{t('ui.dates.title')}</h3>
      <Dates id={id} />
    </Card>
  )
}

function Dates({ id }: { id: number }) {
  const [form] = Form.useForm<{ field: string; day: { format: (pattern: string) => string } }>()
  const query = useQuery({
    queryKey: ['contact', id, 'dates'],
    queryFn: () => must(api.GET('/contacts/{id}/dates', { params: { path: { id } } })),
  })
  const set = useChange(
    ({ field, day }: { field: string; day: string }) =>
      api.PUT('/contacts/{id}/dates/{field}', { params: { path: { id, field } }, body: { day } }),
    [['contact', id]],
  )
  const clear = useChange(
    (field: string) => api.DELETE('/contacts/{id}/dates/{field}', { params: { path: { id, field } } }),
    [['contact', id]],
  )
  return (
    <Ask query={query} rows={1}>
      {({ items }) => (
        <>
          {items.length === 0 && <p className="soft">{t('ui.dates.none')}</p>}
          <ul className="plain-list">
            {items.map((d) => (
              <li key={d.field}>
                <span translate="no">{dateWord(d.field)}</span> {formatDate(d.day)}{' '}
                <Allowed to="clearContactDate">
                  <Button size="small" type="link" onClick={() => clear.mutate(d.field)}>
                    {t('ui.remove')}
                  </Button>
                </Allowed>
              </li>
            ))}
          </ul>
          <Allowed to="setContactDate">
            <Form
              form={form}
              layout="inline"
              onFinish={({ field, day }) => set.mutate({ field, day: day.format('YYYY-MM-DD') }, { onSuccess: () => form.resetFields() })}
            >
              <Form.Item name="field" rules={[{ required: true, message: t('ui.dates.which') }]}>
                <Select
                  size="small"
                  className="role-select"
                  aria-label={t('ui.dates.which')}
                  placeholder={t('ui.dates.which')}
                  options={['trial_start', 'contract_end', 'birthday'].map((value) => ({ value, label: dateWord(value) }))}
                />
              </Form.Item>
              <Form.Item name="day" rules={[{ required: true, message: t('ui.dates.day') }]}>
                <DatePicker size="small" aria-label={t('ui.dates.day')} />
              </Form.Item>
              <Button size="small" htmlType="submit">
                {t('ui.add')}
              </Button>
            </Form>
          </Allowed>
        </>
      )}
    </Ask>
  )
}
