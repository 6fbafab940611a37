import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined } from '@ant-design/icons'
import { Button, Checkbox, InputNumber, Select } from 'antd'
import { knows, t, word } from '../../../../shared/i18n'
import { Panel } from '../panel'
import { type EventRule, freeKey, moved, type PartProps } from './rules'

const kinds = [
  'replied',
  'conversation_logged',
  'call_answered',
  'meeting_held',
  'visit_booked',
  'price_asked',
  'trial_opened',
  'trial_activated',
  'event_registered',
  'event_attended',
  'form_submitted',
  'content_viewed',
  'moment_liked',
  'moment_commented',
  'tag_added',
  'contact_added',
  'declined',
]
const windows = ['day', 'subject', 'subject_week', 'once'] as const

const nameOf = (e: EventRule): string =>
  knows(`score.rule.${e.key}`) ? t(`score.rule.${e.key}`) : e.name || e.on.map((kind) => word('activity', kind)).join(t('ui.comma'))

interface RowProps {
  rule: EventRule
  fixed: boolean
  change: (rule: EventRule) => void
  move: (by: number) => void
  remove: () => void
}

function Row({ rule, fixed, change, move, remove }: RowProps) {
  const name = nameOf(rule)
  return (
    <tr>
      <th scope="row">
        <span translate={rule.name ? 'no' : undefined}>{name}</span>
        {rule.min_seconds && !knows(`score.rule.${rule.key}`) ? (
          <span className="soft"> {t('ui.score.event.seconds', { n: rule.min_seconds })}</span>
        ) : null}
      </th>
      <td>
        <InputNumber
          controls={false}
          aria-label={t('ui.score.event.points.of', { name })}
          min={-1000}
          max={1000}
          value={rule.points}
          disabled={fixed}
          onChange={(n) => change({ ...rule, points: n ?? 0 })}
        />
      </td>
      <td>
        <div className="cap">
          <InputNumber
            controls={false}
            aria-label={t('ui.score.event.times.of', { name })}
            min={1}
            max={1000}
            value={rule.cap?.times ?? null}
            placeholder={t('ui.score.event.uncapped')}
            disabled={fixed}
            onChange={(times) => change({ ...rule, cap: times ? { times, per: rule.cap?.per ?? 'day' } : undefined })}
          />
          {rule.cap && (
            <Select
              aria-label={t('ui.score.event.per.of', { name })}
              value={rule.cap.per}
              disabled={fixed}
              onChange={(per) => rule.cap && change({ ...rule, cap: { ...rule.cap, per } })}
              options={windows.map((value) => ({ value, label: t(`ui.score.per.${value}`) }))}
              style={{ minWidth: 116 }}
            />
          )}
        </div>
      </td>
      <td>
        <Checkbox
          aria-label={t('ui.score.event.high.of', { name })}
          checked={rule.high_value}
          disabled={fixed}
          onChange={(e) => change({ ...rule, high_value: e.target.checked })}
        />
      </td>
      {!fixed && (
        <td className="row-actions">
          <Button type="text" size="small" icon={<ArrowUpOutlined />} aria-label={t('ui.up.of', { name })} onClick={() => move(-1)} />
          <Button type="text" size="small" icon={<ArrowDownOutlined />} aria-label={t('ui.down.of', { name })} onClick={() => move(1)} />
          <Button type="text" size="small" danger icon={<DeleteOutlined />} aria-label={t('ui.remove.of', { name })} onClick={remove} />
        </td>
      )}
    </tr>
  )
}

/** What doings are worth; the first rule that fits counts. */
export function Events({ rules, set, fixed }: PartProps) {
  const list = rules.events
  const put = (events: EventRule[]) => set({ events })
  return (
    <Panel title={t('ui.score.events')} lede={t('ui.score.events.lede')}>
      <div className="table-scroll" tabIndex={0} role="group" aria-label={t('ui.score.events')}>
        <table className="plain">
          <thead>
            <tr>
              <th scope="col">{t('ui.score.event')}</th>
              <th scope="col">{t('ui.score.event.points')}</th>
              <th scope="col">{t('ui.score.event.cap')}</th>
              <th scope="col">{t('ui.score.event.high')}</th>
              {!fixed && (
                <th scope="col">
                  <span className="unseen">{t('ui.actions')}</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {list.map((rule, i) => (
              <Row
                key={rule.key}
                rule={rule}
                fixed={fixed}
                change={(to) => put(list.with(i, to))}
                move={(by) => put(moved(list, i, by))}
                remove={() => put(list.toSpliced(i, 1))}
              />
            ))}
          </tbody>
        </table>
      </div>
      {!fixed && (
        <Select
          aria-label={t('ui.score.event.add')}
          placeholder={t('ui.score.event.add')}
          value={null}
          style={{ width: 240, marginTop: 12 }}
          onChange={(kind: string) => put([...list, { key: freeKey(list), on: [kind], points: 10, cap: { times: 1, per: 'day' } }])}
          options={kinds.map((value) => ({ value, label: word('activity', value) }))}
        />
      )}
    </Panel>
  )
}
