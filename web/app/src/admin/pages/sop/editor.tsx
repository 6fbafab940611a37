import { getRouteApi } from '@tanstack/react-router'
import { useCalendar, useReview, useSOP } from '../../sop/use-sop'
import { Workbench } from '../../sop/workbench'
import { ErrorState, Loading } from '../../states'

const route = getRouteApi('/sops/$id/')

/** The editor of one SOP. */
export function SOPEditor() {
  const id = Number(route.useParams().id)
  const { step } = route.useSearch()
  const navigate = route.useNavigate()
  const sop = useSOP(id)
  const review = useReview(id, sop.data?.revision ?? '')
  const calendar = useCalendar(review.data?.now)
  const error = sop.error ?? (review.data ? undefined : review.error) ?? calendar.error
  if (error) return <ErrorState error={error} retry={() => void Promise.all([sop.refetch(), review.refetch(), calendar.refetch()])} />
  if (!sop.data || !calendar.data) return <Loading rows={12} />
  return (
    <Workbench
      key={id}
      sop={sop.data}
      review={review.data}
      calendar={calendar.data}
      selected={step}
      onSelect={(key) => void navigate({ search: key ? { step: key } : {}, replace: true })}
    />
  )
}
