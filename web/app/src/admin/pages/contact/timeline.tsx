import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button, Segmented } from 'antd'
import { Fragment, useState } from 'react'
import { api, must } from '../../../shared/api'
import { formatDay, formatTime, t, word } from '../../../shared/i18n'
import { useStageWord } from '../../../shared/stages'
import { Card } from '../../card'
import { AccountName } from '../../people/account-name'
import { RepName } from '../../people/rep-name'
import { StateTag } from '../../people/state-tag'
import { Ask, Nothing } from '../../states'
import { fold, type Happening, type Line, sideOf } from './fold'
import { detailOf } from './words'

type Only = 'all' | 'touch' | 'activity' | 'stage'
const kinds: Only[] = ['all', 'touch', 'activity', 'stage']

/** Everything about the contact, the newest first. */
export function Timeline({ id }: { id: number }) {
  const [only, setOnly] = useState<Only>('all')
  const query = useInfiniteQuery({
    queryKey: ['contact', id, 'timeline', only],
    queryFn: ({ pageParam }) =>
      must(
        api.GET('/contacts/{id}/timeline', {
          params: { path: { id }, query: { only: only === 'all' ? undefined : only, limit: 50, cursor: pageParam } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor || undefined,
  })
  return (
    <Card
      title={t('ui.timeline.title')}
      actions={
        <Segmented<Only>
          aria-label={t('ui.timeline.only')}
          size="small"
          value={only}
          onChange={setOnly}
          options={kinds.map((value) => ({ value, label: t(`ui.timeline.${value}`) }))}
        />
      }
    >
      <Ask query={query} rows={10}>
        {({ pages }) => {
          const all = pages.flatMap((p) => p.items)
          if (all.length === 0) return <Nothing why={t('ui.timeline.none')} />
          return (
            <>
              <Lines lines={fold(all)} />
              {query.hasNextPage && (
                <Button block loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                  {t('ui.timeline.older')}
                </Button>
              )}
            </>
          )
        }}
      </Ask>
    </Card>
  )
}

const dayOf = (line: Line): string => formatDay((line.kind === 'one' ? line.of : line.of[0])?.at ?? '')
const keyOf = (h: Happening): string => `${h.kind}-${h.id}`

function Lines({ lines }: { lines: Line[] }) {
  return (
    <ol className="timeline">
      {lines.map((line, i) => {
        const before = lines[i - 1]
        const day = dayOf(line)
        const first = line.kind === 'one' ? line.of : line.of[0]
        return (
          <Fragment key={first && keyOf(first)}>
            {(!before || dayOf(before) !== day) && <li className="timeline-day">{day}</li>}
            {line.kind === 'one' ? (
              <Entry of={line.of} />
            ) : (
              <li className="timeline-many">
                <details>
                  <summary>{t('ui.timeline.small', { n: line.of.length })}</summary>
                  <ol className="timeline">
                    {line.of.map((h) => (
                      <Entry key={keyOf(h)} of={h} />
                    ))}
                  </ol>
                </details>
              </li>
            )}
          </Fragment>
        )
      })}
    </ol>
  )
}

function Entry({ of }: { of: Happening }) {
  return (
    <li className={`timeline-line ${sideOf(of)}`}>
      <time dateTime={of.at}>{formatTime(of.at)}</time>
      <div>
        {of.touch && <TouchLine touch={of.touch} />}
        {of.stage && <StageLine event={of.stage} />}
        {of.activity && <DoingLine activity={of.activity} />}
      </div>
    </li>
  )
}

function TouchLine({ touch }: { touch: NonNullable<Happening['touch']> }) {
  const to: string = `/touches/${touch.id}`
  return (
    <>
      <Link to={to}>{word('channel', touch.channel)}</Link>{' '}
      {touch.step_name && (
        <span translate="no">
          {touch.sop_name} · {touch.step_name}
        </span>
      )}{' '}
      <StateTag state={touch.state} />
      <p className="soft">
        <RepName id={touch.rep_id} name={touch.rep_name} avatar={false} />
        {touch.reason_text && <> · {touch.reason_text}</>}
        {touch.response && <strong> · {t('ui.timeline.answered', { how: word('activity', touch.response) })}</strong>}
      </p>
    </>
  )
}

function StageLine({ event }: { event: NonNullable<Happening['stage']> }) {
  const name = useStageWord()
  return (
    <>
      <strong>
        {event.regression && <span aria-hidden>↓ </span>}
        {event.from ? t('ui.line.stage', { from: name(event.from), to: name(event.to) }) : t('ui.line.stage.first', { to: name(event.to) })}
      </strong>
      <p className="soft">
        {event.because.sentence}
        {event.author_name && (
          <>
            {' '}
            · <span translate="no">{event.author_name}</span>
          </>
        )}
      </p>
    </>
  )
}

function DoingLine({ activity }: { activity: NonNullable<Happening['activity']> }) {
  const detail = detailOf(activity)
  return (
    <>
      {word('activity', activity.kind)}
      {detail.text && (
        <>
          {' '}
          {activity.account_id > 0 ? (
            <AccountName id={activity.account_id} name={detail.text} avatar={false} />
          ) : (
            <strong translate={detail.own ? 'no' : undefined}>{detail.text}</strong>
          )}
        </>
      )}
      {activity.rep_id > 0 && (
        <p className="soft">
          <RepName id={activity.rep_id} name={activity.rep_name} avatar={false} />
        </p>
      )}
    </>
  )
}
