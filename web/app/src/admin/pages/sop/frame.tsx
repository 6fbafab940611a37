import { getRouteApi, Outlet } from '@tanstack/react-router'
import { t } from '../../../shared/i18n'
import { Go } from '../../ops/go'
import { SopTabs } from '../../ops/sop-tabs'
import { Page } from '../../page'
import { StateTag } from '../../people/state-tag'
import { insideOf } from '../../programmes/inside'
import { useSOP } from '../../sop/use-sop'
import { ErrorState, Loading } from '../../states'
import './frame.css'

const route = getRouteApi('/sops/$id')

/** The frame of one SOP: its name, how it stands, and the way to its other views. */
export function SOPFrame() {
  const id = Number(route.useParams().id)
  const query = useSOP(id)
  if (!query.data)
    return (
      <Page title={t('ui.nav.sops')} wide>
        {query.error ? <ErrorState error={query.error} retry={() => void query.refetch()} /> : <Loading rows={10} />}
      </Page>
    )
  const { name, state, version, enrollments } = query.data
  return (
    <Page
      title={name}
      named
      wide
      lede={
        <span className="sop-lede">
          <StateTag state={state} text={t(`ui.sop.state.${state}`)} />
          <span>{version > 0 ? t('ui.sop.version', { n: version }) : t('ui.sop.unpublished')}</span>
          <Go to={`/sops/${id}/people`} search={{ state: 'inside' }}>
            {t('ui.sop.inside', { n: insideOf({ enrollments }) })}
          </Go>
        </span>
      }
    >
      <SopTabs sop={id} here="edit" />
      <Outlet />
    </Page>
  )
}
