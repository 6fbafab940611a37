import { Outlet, useRouterState } from '@tanstack/react-router'
import { useEffect } from 'react'
import { t } from '../shared/i18n'
import { useSession } from '../shared/session'
import { refusalOf } from './may'
import { type Address, needs } from './needs'
import { Page } from './page'
import { Refused } from './refused'
import { ErrorState, Loading } from './states'

const repsHome = '/m/day'

/** The page, or why the one who looks may not open it. Reps who come to the front door are shown to their day. */
export function Gate() {
  const session = useSession()
  const page = useRouterState({ select: (s) => s.matches.at(-1) })
  const known = page !== undefined && page.routeId !== '__root__'
  const operation = known ? needs[page.fullPath as Address] : null
  const rep = page?.routeId === '/' && session.data?.role === 'rep'
  useEffect(() => {
    if (rep) location.replace(repsHome)
  }, [rep])
  if (session.isPending || rep)
    return (
      <div className="page">
        <Loading />
      </div>
    )
  if (session.data === undefined)
    return (
      <Page title={t('brand')}>
        <ErrorState error={session.error} retry={() => void session.refetch()} />
      </Page>
    )
  const refusal = operation && refusalOf(session.data, operation)
  return refusal ? <Refused refusal={refusal} session={session.data} /> : <Outlet />
}
