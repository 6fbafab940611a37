import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Popover } from 'antd'
import { type ReactNode, useState } from 'react'
import { api, must } from '../../../shared/api'
import { formatInstant, t, word } from '../../../shared/i18n'
import { Ask, Nothing } from '../../states'
import { daysOf } from './graph-layout'

interface WeekTouchesProps {
  contactId: number
  /** The week's first day. */
  monday: string
  label: string
  children: ReactNode
}

/** Tells which touches a mark of the graph stands for, when it is pointed at or pressed. */
export function WeekTouches({ contactId, monday, label, children }: WeekTouchesProps) {
  const [open, setOpen] = useState(false)
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      trigger={['hover', 'click']}
      mouseEnterDelay={0.25}
      title={<span translate="no">{label}</span>}
      content={open && <List contactId={contactId} monday={monday} />}
    >
      {children}
    </Popover>
  )
}

function List({ contactId, monday }: { contactId: number; monday: string }) {
  const days = daysOf(monday)
  const query = useQuery({
    queryKey: ['contact', contactId, 'touches'],
    queryFn: () => must(api.GET('/contacts/{id}/timeline', { params: { path: { id: contactId }, query: { only: 'touch', limit: 200 } } })),
  })
  const to: string = `/contacts/${contactId}`
  return (
    <div className="week-touches">
      <Ask query={query} rows={2}>
        {({ items }) => {
          const touches = items.flatMap(({ touch }) =>
            touch?.sent_at && ['delivered', 'done'].includes(touch.state) && days.includes(touch.local_day) ? [touch] : [],
          )
          if (touches.length === 0) return <Nothing why={t('ui.graph.older')} />
          return (
            <ul>
              {touches.map((touch) => (
                <li key={touch.id} className={touch.channel === 'rep_prompt' ? 'sales' : 'marketing'}>
                  <time dateTime={touch.sent_at ?? ''}>{formatInstant(touch.sent_at ?? touch.due_at)}</time>{' '}
                  {word('channel', touch.channel)}
                  {touch.step_name && (
                    <span translate="no">
                      {' '}
                      · {touch.sop_name} · {touch.step_name}
                    </span>
                  )}
                  {touch.response && <strong> · {word('activity', touch.response)}</strong>}
                </li>
              ))}
            </ul>
          )
        }}
      </Ask>
      <Link to={to}>{t('ui.graph.timeline')}</Link>
    </div>
  )
}
