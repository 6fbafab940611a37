import { PlayCircleOutlined } from '@ant-design/icons'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Segmented } from 'antd'
import { useCallback, useEffect } from 'react'
import { t } from '../../shared/i18n'
import { Allowed } from '../allowed'
import { Go } from '../ops/go'
import { moved, type Step } from '../ops/keys'
import { type MeetingSearch, meetingSearch, spans, useMeeting, useOwners } from '../ops/meeting-data'
import { MeetingList } from '../ops/meeting-list'
import { MeetingOwners } from '../ops/meeting-owners'
import { MeetingStage } from '../ops/meeting-stage'
import { Page } from '../page'
import { Ask, Nothing } from '../states'

/** The weekly sales meeting: whom nobody has touched comes first; one account after another on the big screen. */
export function Meeting() {
  const search = meetingSearch(useSearch({ strict: false }))
  const navigate = useNavigate()
  const meeting = useMeeting(search)
  const owners = useOwners(search)
  const go = (next: MeetingSearch) => void navigate({ to: '/meeting', search: next as never, replace: true })
  const rows = meeting.data?.pages.flatMap((p) => p.items) ?? []
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = meeting
  const at = search.at === undefined ? undefined : Math.min(search.at, Math.max(0, rows.length - 1))
  // The next accounts are there before the meeting gets to them.
  useEffect(() => {
    if (at !== undefined && hasNextPage && !isFetchingNextPage && at >= rows.length - 10) void fetchNextPage()
  }, [at, hasNextPage, isFetchingNextPage, fetchNextPage, rows.length])
  const { owner, list, days, only } = search
  const step = useCallback(
    (what: Step) => {
      const next = what === 'leave' ? undefined : moved(at ?? 0, what, rows.length)
      void navigate({ to: '/meeting', search: { owner, list, days, only, at: next } as never, replace: true })
    },
    [at, rows.length, navigate, owner, list, days, only],
  )
  const both = () => Promise.all([meeting.refetch(), owners.refetch()])
  const row = at === undefined ? undefined : rows[at]
  return (
    <Page
      title={t('ui.nav.meeting')}
      lede={t('ui.meeting.lede')}
      actions={
        <>
          <Segmented
            aria-label={t('ui.meeting.days')}
            value={search.days}
            onChange={(d) => go({ ...search, days: d, at: undefined })}
            options={spans.map((d) => ({ value: d, label: d === 0 ? t('ui.meeting.days.ever') : t('ui.meeting.days.n', { n: d }) }))}
          />
          <Button type="primary" icon={<PlayCircleOutlined />} disabled={rows.length === 0} onClick={() => go({ ...search, at: 0 })}>
            {t('ui.meeting.start')}
          </Button>
        </>
      }
    >
      {row && at !== undefined && <MeetingStage row={row} at={at} count={rows.length} more={hasNextPage} step={step} />}
      <Ask query={{ ...meeting, data: meeting.data && rows, refetch: both }} rows={10}>
        {(accounts) =>
          accounts.length === 0 && !hasNextPage ? (
            <Nothing why={t(only ? 'ui.meeting.none.only' : 'ui.meeting.none')}>
              {only ? <Go to="/meeting">{t('ui.meeting.everybody')}</Go> : <Go to="/accounts">{t('ui.meeting.none.do')}</Go>}
            </Nothing>
          ) : (
            <div className="today">
              <Allowed to="meetingOwners">
                <section className="panel" aria-labelledby="owners-title">
                  <div className="panel-head">
                    <h2 id="owners-title">{t('ui.meeting.owners')}</h2>
                    {(search.owner !== undefined || search.only) && (
                      <Go to="/meeting" search={{ days: search.days, list: search.list }}>
                        {t('ui.meeting.everybody')}
                      </Go>
                    )}
                  </div>
                  <Ask query={owners} rows={4}>
                    {(o) => (
                      <>
                        <MeetingOwners owners={o.items} search={search} />
                        {o.more && <p className="soft">{t('ui.meeting.owners.more')}</p>}
                      </>
                    )}
                  </Ask>
                </section>
              </Allowed>
              <section className="panel" aria-labelledby="accounts-title">
                <div className="panel-head">
                  <h2 id="accounts-title">{t(only ? `ui.meeting.list.${only}` : 'ui.meeting.list')}</h2>
                </div>
                <MeetingList rows={accounts} search={search} />
                {hasNextPage && (
                  <Button loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
                    {t('ui.meeting.load')}
                  </Button>
                )}
              </section>
            </div>
          )
        }
      </Ask>
    </Page>
  )
}
