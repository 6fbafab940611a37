import { useInfiniteQuery } from '@tanstack/react-query'
import { Button, Tag } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { api, must } from '../../../shared/api'
import { formatShare, t } from '../../../shared/i18n'
import { Allowed } from '../../allowed'
import { useChange } from '../../change'
import { useMay } from '../../may'
import { Page } from '../../page'
import { AccountName } from '../../people/account-name'
import { AccountPicker } from '../../people/account-picker'
import { ContactName } from '../../people/contact-name'
import { Ask, Nothing } from '../../states'
import { Domains } from './domains'
import { type Decided, effectOf, forList, place, type Suggestion } from './inbox'
import './matches.css'

/** Who may belong to which company: a person decides, by keyboard if they like. */
export function Matches() {
  const query = useInfiniteQuery({
    queryKey: ['suggestions'],
    queryFn: ({ pageParam }) => must(api.GET('/match/suggestions', { params: { query: { limit: 50, cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor || undefined,
  })
  return (
    <Page title={t('ui.matches.title')} lede={t('ui.matches.lede')}>
      <Ask query={query} rows={8}>
        {({ pages }) => (
          <Inbox all={pages.flatMap((p) => p.items)} more={query.hasNextPage ? () => void query.fetchNextPage() : undefined} />
        )}
      </Ask>
      <Allowed to="listDomainReviews">
        <div className="match-below">
          <Domains />
        </div>
      </Allowed>
    </Page>
  )
}

function Inbox({ all, more }: { all: Suggestion[]; more: (() => void) | undefined }) {
  const may = useMay()
  const [at, setAt] = useState(0)
  const [other, setOther] = useState(false)
  const [decided, setDecided] = useState<Decided[]>([])
  const list = useRef<HTMLOListElement>(null)
  const here = all[Math.min(at, all.length - 1)]
  const stale = [['suggestions'], ['contact'], ['account'], ['rows']]
  const noted = (s: Suggestion, accepted: boolean) =>
    setDecided((d) => [{ id: s.id, name: s.contact_name, account: s.account_name, accepted }, ...d].slice(0, 10))
  const accept = useChange(
    (s: Suggestion) => must(api.POST('/match/suggestions/{id}/accept', { params: { path: { id: s.id } }, body: { effect: effectOf(s) } })),
    stale,
    '',
  )
  const reject = useChange(
    (s: Suggestion) => must(api.POST('/match/suggestions/{id}/reject', { params: { path: { id: s.id } } })),
    stale,
    '',
  )
  const assign = useChange(
    ({ s, account }: { s: Suggestion; account: number }) =>
      must(
        api.PUT('/contacts/{id}/account', {
          params: { path: { id: s.contact_id } },
          body: { account_id: account, effect: s.present_account_id === null ? 'join' : 'correct' },
        }),
      ),
    stale,
  )
  const undo = useChange(
    (d: Decided) => must(api.POST('/match/decisions/{id}/undo', { params: { path: { id: d.id } } })),
    stale,
    t('ui.matches.reopened'),
  )
  const busy = accept.isPending || reject.isPending || assign.isPending
  const act = (key: string) => {
    if (key === 'a' && here && !busy) accept.mutate(here, { onSuccess: () => noted(here, true) })
    if (key === 'r' && here && !busy) reject.mutate(here, { onSuccess: () => noted(here, false) })
    if (key === 'o' && here) setOther(true)
    const last = decided[0]
    if (key === 'u' && last) undo.mutate(last, { onSuccess: () => setDecided((d) => d.slice(1)) })
  }
  const onKey = (e: KeyboardEvent) => {
    if (!forList(e)) return
    const next = place(at, e.key, all.length)
    if (next !== at) {
      e.preventDefault()
      setAt(next)
      setOther(false)
      if (next >= all.length - 5) more?.()
    } else if (may('acceptSuggestion') && ['a', 'r', 'o', 'u'].includes(e.key)) {
      e.preventDefault()
      act(e.key)
    }
  }
  const latest = useRef(onKey)
  latest.current = onKey
  useEffect(() => {
    const listen = (e: KeyboardEvent) => latest.current(e)
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [])
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: 'nearest' })
  }, [at])
  return (
    <>
      <Allowed to="acceptSuggestion">
        <p className="soft match-keys">{t('ui.matches.keys')}</p>
      </Allowed>
      <Past decided={decided} undo={(d) => undo.mutate(d, { onSuccess: () => setDecided((all) => all.filter((x) => x.id !== d.id)) })} />
      {!here ? (
        <Nothing why={t('ui.matches.none')} />
      ) : (
        <ol className="matches" ref={list} aria-label={t('ui.matches.title')}>
          {all.map((s, i) => (
            <li key={s.id} className={s.id === here.id ? 'match here' : 'match'} aria-current={s.id === here.id ? 'true' : undefined}>
              <Both s={s} />
              <Allowed to="acceptSuggestion">
                <div className="match-acts">
                  {s.id === here.id && other ? (
                    <AccountPicker
                      autoFocus
                      label={t('ui.merge.other')}
                      onChange={(account) => assign.mutate({ s, account }, { onSuccess: () => setOther(false) })}
                    />
                  ) : (
                    <>
                      <Button
                        type={s.id === here.id ? 'primary' : 'default'}
                        size="small"
                        disabled={busy}
                        onClick={() => accept.mutate(s, { onSuccess: () => noted(s, true) })}
                      >
                        {t('ui.matches.accept')}
                      </Button>
                      <Button size="small" disabled={busy} onClick={() => reject.mutate(s, { onSuccess: () => noted(s, false) })}>
                        {t('ui.matches.reject')}
                      </Button>
                      <Button
                        size="small"
                        type="text"
                        onClick={() => {
                          setAt(i)
                          setOther(true)
                        }}
                      >
                        {t('ui.matches.other')}
                      </Button>
                    </>
                  )}
                </div>
              </Allowed>
            </li>
          ))}
        </ol>
      )}
      {more && <Button onClick={more}>{t('ui.matches.more')}</Button>}
    </>
  )
}

function Both({ s }: { s: Suggestion }) {
  return (
    <>
      <div className="match-side">
        <ContactName id={s.contact_id} name={s.contact_name} sub={s.evidence} />
        {s.present_account_id !== null && (
          <p className="soft">
            {t('ui.matches.present')} <AccountName id={s.present_account_id} name={s.present_account_name} avatar={false} />
          </p>
        )}
      </div>
      <div className="match-why">
        <Tag>{t('ui.matches.sure', { share: formatShare(s.score) })}</Tag>
        <ul translate="no">
          {s.reasons.map((r) => (
            <li key={r.code}>{r.text}</li>
          ))}
        </ul>
      </div>
      <div className="match-side">{s.account_id !== null && <AccountName id={s.account_id} name={s.account_name} />}</div>
    </>
  )
}

function Past({ decided, undo }: { decided: Decided[]; undo: (d: Decided) => void }) {
  const last = decided[0]
  if (!last) return null
  return (
    <p role="status" className="match-past">
      {last.accepted ? t('ui.matches.accepted') : t('ui.matches.rejected')}{' '}
      <span translate="no">
        {last.name} · {last.account}
      </span>{' '}
      <Button size="small" type="link" onClick={() => undo(last)}>
        {t('ui.undo')}
      </Button>
    </p>
  )
}
