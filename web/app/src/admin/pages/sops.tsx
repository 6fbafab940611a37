import { MoreOutlined, PlusOutlined, StopOutlined } from '@ant-design/icons'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { Button, Dropdown, Input, Segmented } from 'antd'
import { useState } from 'react'
import { api, must, type Schema } from '../../shared/api'
import { formatNumber, t } from '../../shared/i18n'
import { useMay } from '../may'
import { Go } from '../ops/go'
import { Page } from '../page'
import { PartNote } from '../part-note'
import { StateTag } from '../people/state-tag'
import { ArchiveDialog } from '../programmes/archive-dialog'
import { DueBars } from '../programmes/due-bars'
import { EnrolDialog } from '../programmes/enrol-dialog'
import { insideOf } from '../programmes/inside'
import { MiniRuler } from '../programmes/mini-ruler'
import '../programmes/programmes.css'
import { type SOPsSearch, type StateFilter, states } from '../programmes/search'
import { StopAllDialog } from '../programmes/stop-all'
import { useTriggerWords } from '../programmes/use-trigger-words'
import { type Column, Rows } from '../rows'
import { Nothing } from '../states'

type Line = Schema<'SOPLine'>

const route = getRouteApi('/sops')

/** Every programme: how it begins, who is inside, what is due and what is stuck. */
export function SOPs() {
  const { q, state } = route.useSearch()
  const navigate = useNavigate({ from: '/sops' })
  const may = useMay()
  const say = useTriggerWords()
  const [stopping, setStopping] = useState(false)
  const filter = (next: SOPsSearch) => void navigate({ search: (s) => ({ ...s, ...next }), replace: true })
  return (
    <Page
      title={t('ui.nav.sops')}
      lede={t('ui.sops.lede')}
      actions={
        <>
          {may('stopAll') && (
            <Button icon={<StopOutlined aria-hidden />} onClick={() => setStopping(true)}>
              {t('ui.stop.all')}
            </Button>
          )}
          {may('createSOP') && (
            <Link to="/sops/new">
              <Button type="primary" icon={<PlusOutlined aria-hidden />} tabIndex={-1}>
                {t('ui.sops.new')}
              </Button>
            </Link>
          )}
        </>
      }
    >
      <div className="toolbar">
        <Input.Search
          className="grow"
          allowClear
          aria-label={t('ui.sops.search')}
          placeholder={t('ui.sops.search')}
          defaultValue={q}
          onSearch={(text) => filter({ q: text.trim() || undefined })}
        />
        <Segmented<StateFilter | ''>
          aria-label={t('ui.sops.state')}
          value={state ?? ''}
          onChange={(s) => filter({ state: s || undefined })}
          options={[{ value: '', label: t('ui.sops.state.all') }, ...states.map((s) => ({ value: s, label: t(`ui.sops.state.${s}`) }))]}
        />
      </div>
      <PartNote />
      <Rows
        name={['sop-lines', q, state]}
        label={t('ui.nav.sops')}
        columns={columnsOf(say)}
        rowHeight={66}
        fetch={(cursor) =>
          must(
            api.GET('/sops/lines', {
              params: { query: { ...(q ? { q } : {}), ...(state ? { state } : {}), ...(cursor ? { cursor } : {}) } },
            }),
          )
        }
        id={(line) => line.id}
        empty={
          q || state ? (
            <Nothing why={t('ui.sops.none.matching')}>
              <Button onClick={() => filter({ q: undefined, state: undefined })}>{t('ui.sops.none.clear')}</Button>
            </Nothing>
          ) : (
            <Nothing why={t('ui.sops.none')}>{may('createSOP') && <Link to="/sops/new">{t('ui.sops.new')}</Link>}</Nothing>
          )
        }
      />
      <StopAllDialog open={stopping} onClose={() => setStopping(false)} />
    </Page>
  )
}

function columnsOf(say: (trigger: Line['trigger']) => string): Column<Line>[] {
  return [
    {
      key: 'name',
      title: t('ui.sops.name'),
      width: 'minmax(112px, 2fr)',
      cell: (l) => (
        <span className="line-name">
          <Link to={`/sops/${l.id}` as string} translate="no">
            {l.name}
          </Link>
          <span translate="no">{l.trigger.kind ? say(l.trigger) : '–'}</span>
        </span>
      ),
    },
    {
      key: 'state',
      title: t('ui.sops.state'),
      width: 'minmax(78px, 1fr)',
      cell: (l) => (
        <span className="line-name">
          <StateTag state={l.stopped ? 'failed' : l.state} text={t(l.stopped ? 'ui.sops.stopped' : `ui.sops.state.${l.state}`)} />
          <span>{l.version > 0 ? t('ui.sops.version', { n: l.version }) : t('ui.sops.unpublished')}</span>
        </span>
      ),
    },
    { key: 'ruler', title: t('ui.sops.steps'), width: '232px', optional: true, cell: (l) => <MiniRuler steps={l.steps} /> },
    {
      key: 'people',
      title: t('ui.sops.people'),
      width: 'minmax(44px, 0.6fr)',
      cell: (l) => (
        <Go to={`/sops/${l.id}/people`} search={{ state: 'inside' }}>
          {formatNumber(insideOf(l))}
        </Go>
      ),
    },
    { key: 'due', title: t('ui.sops.due'), width: '120px', optional: true, cell: (l) => <DueBars line={l} /> },
    { key: 'open', title: t('ui.sops.open'), width: 'minmax(120px, 1fr)', optional: true, cell: (l) => <Open line={l} /> },
    { key: 'more', title: <span className="unseen">{t('ui.sops.actions')}</span>, width: '44px', cell: (l) => <More line={l} /> },
  ]
}

function Open({ line }: { line: Line }) {
  const parked = line.enrollments.parked ?? 0
  if (line.waiting + line.failed + parked === 0) return <span aria-hidden>–</span>
  return (
    <span className="line-numbers">
      {line.waiting > 0 && (
        <Go to="/touches" search={{ sop: line.id, state: 'accepted' }}>
          {t('ui.sops.waiting', { n: line.waiting })}
        </Go>
      )}
      {line.failed > 0 && (
        <Go className="bad" to="/touches" search={{ sop: line.id, state: 'failed' }}>
          {t('ui.sops.failed', { n: line.failed })}
        </Go>
      )}
      {parked > 0 && (
        <Go className="bad" to={`/sops/${line.id}/people`} search={{ state: 'parked' }}>
          {t('ui.sops.parked', { n: parked })}
        </Go>
      )}
    </span>
  )
}

function More({ line }: { line: Line }) {
  const may = useMay()
  const [dialog, setDialog] = useState<'archive' | 'enrol'>()
  const running = line.state === 'live' || line.state === 'paused'
  return (
    <>
      <Dropdown
        trigger={['click']}
        menu={{
          items: [
            ...(may('enrollInBulk') ? [{ key: 'enrol', label: t('ui.enrol.open'), disabled: !running }] : []),
            {
              key: 'versions',
              label: <Link to={`/sops/${line.id}/versions` as string}>{t('ui.versions')}</Link>,
              disabled: line.version === 0,
            },
            { key: 'file', label: <a href={`/api/v1/sops/${line.id}/file`}>{t('ui.sops.export')}</a> },
            ...(may('archiveSOP')
              ? [{ key: 'archive', label: t('ui.sops.archive'), disabled: line.state === 'archived', danger: true }]
              : []),
          ],
          onClick: ({ key }) => (key === 'archive' || key === 'enrol') && setDialog(key),
        }}
      >
        <Button type="text" icon={<MoreOutlined aria-hidden />} aria-label={t('ui.sops.more', { name: line.name })} />
      </Dropdown>
      <ArchiveDialog line={line} open={dialog === 'archive'} onClose={() => setDialog(undefined)} />
      {dialog === 'enrol' && <EnrolDialog sop={line} open onClose={() => setDialog(undefined)} />}
    </>
  )
}
