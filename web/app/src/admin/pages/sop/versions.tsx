import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Button, Select } from 'antd'
import { useState } from 'react'
import { api, must, type Schema } from '../../../shared/api'
import { formatInstant, t } from '../../../shared/i18n'
import { Allowed } from '../../allowed'
import { SopTabs } from '../../ops/sop-tabs'
import { Page } from '../../page'
import { Changes } from '../../programmes/changes'
import { Controls } from '../../programmes/controls'
import { DiffView } from '../../programmes/diff-view'
import { EnrolDialog } from '../../programmes/enrol-dialog'
import { EnrolJobs } from '../../programmes/enrol-jobs'
import '../../programmes/programmes.css'
import { wholeList } from '../../filter/names'
import { Ask, Nothing } from '../../states'

const route = getRouteApi('/sops/$id/versions')

export interface VersionsSearch {
  from?: number
  to?: number
}

/** What has been published when and by whom, what differs, and how the programme is stopped. */
export function Versions() {
  const id = Number(route.useParams().id)
  const sop = useQuery({ queryKey: ['sop', id], queryFn: () => must(api.GET('/sops/{id}', { params: { path: { id } } })) })
  const versions = useQuery({
    queryKey: ['sop-versions', id],
    queryFn: () => wholeList((query) => must(api.GET('/sops/{id}/versions', { params: { path: { id }, query } }))),
  })
  const [enrolling, setEnrolling] = useState(false)
  return (
    <Page title={t('ui.versions')} lede={sop.data && <span translate="no">{sop.data.name}</span>}>
      <SopTabs sop={id} here="versions" />
      <Ask query={sop}>
        {(s) => (
          <>
            <div className="toolbar">
              <Controls sop={s} />
              {(s.state === 'live' || s.state === 'paused') && (
                <Allowed to="enrollInBulk">
                  <Button onClick={() => setEnrolling(true)}>{t('ui.enrol.open')}</Button>
                </Allowed>
              )}
              <a className="ant-btn ant-btn-default" href={`/api/v1/sops/${id}/file`}>
                {t('ui.sops.export')}
              </a>
            </div>
            <Ask query={versions}>
              {(list) =>
                list.length === 0 ? (
                  <Nothing why={t('ui.versions.none')} />
                ) : (
                  <>
                    <List versions={list} running={s.version} />
                    <Compare id={id} versions={list} running={s.version} />
                  </>
                )
              }
            </Ask>
            <EnrolJobs id={id} />
            <Changes id={id} />
            {enrolling && <EnrolDialog sop={s} open onClose={() => setEnrolling(false)} />}
          </>
        )}
      </Ask>
    </Page>
  )
}

type Version = Schema<'SOPVersion'>

function List({ versions, running }: { versions: Version[]; running: number }) {
  return (
    <section className="section" aria-labelledby="versions">
      <h2 id="versions">{t('ui.versions.published')}</h2>
      <ul className="version-list">
        {versions.map((v) => (
          <li key={v.number}>
            <strong>{t('ui.sops.version', { n: v.number })}</strong>
            {v.number === running && <span>{t('ui.versions.running')}</span>}
            <span className="who">
              {formatInstant(v.published_at)} · <span translate="no">{v.published_by}</span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Two versions beside each other: in words and in people. */
function Compare({ id, versions, running }: { id: number; versions: Version[]; running: number }) {
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/sops/$id/versions' })
  const before = versions.find((v) => v.number < running)?.number
  const from = search.from ?? before ?? running
  const to = search.to ?? (before === undefined ? 0 : running)
  const set = (next: VersionsSearch) => void navigate({ search: (s) => ({ ...s, ...next }), replace: true })
  const options = versions.map((v) => ({ value: v.number, label: t('ui.sops.version', { n: v.number }) }))
  return (
    <section className="section" aria-labelledby="compare">
      <h2 id="compare">{t('ui.versions.compare')}</h2>
      <div className="toolbar">
        <Select
          aria-label={t('ui.versions.from')}
          value={from}
          options={options}
          style={{ width: 130 }}
          onChange={(n) => set({ from: n })}
        />
        <span aria-hidden>→</span>
        <Select
          aria-label={t('ui.versions.to')}
          value={to}
          style={{ width: 130 }}
          options={[{ value: 0, label: t('ui.versions.draft') }, ...options]}
          onChange={(n) => set({ to: n })}
        />
      </div>
      {from === to ? <Nothing why={t('ui.versions.same')} /> : <DiffView id={id} from={from} to={to} />}
    </section>
  )
}
