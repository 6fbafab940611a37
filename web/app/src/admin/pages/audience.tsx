import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { Button, Form, Input } from 'antd'
import { useState } from 'react'
import { ApiError, api, must } from '../../shared/api'
import { t } from '../../shared/i18n'
import { Allowed } from '../allowed'
import { useChange } from '../change'
import { countFaults, FilterBuilder, FilterSentence, type FilterValue, Members } from '../filter'
import { wire } from '../filter/ast'
import { useMay } from '../may'
import { Page } from '../page'
import { PartNote } from '../part-note'
import { StateTag } from '../people/state-tag'
import { EnrolDialog } from '../programmes/enrol-dialog'
import '../programmes/programmes.css'
import { Ask } from '../states'
import { Sure } from '../sure'

const route = getRouteApi('/audiences/$id')
const stale = [['rows', 'audiences'], ['choices', 'audience'], ['audience']]

/** A new audience. */
export function NewAudience() {
  return (
    <Page title={t('ui.audiences.new')} lede={t('ui.audiences.new.lede')}>
      <Editor name="" filter={null} />
    </Page>
  )
}

/** One audience: what it means, who is in it now, and which programmes let people in by it. */
export function Audience() {
  const id = Number(route.useParams().id)
  const query = useQuery({ queryKey: ['audience', id], queryFn: () => must(api.GET('/audiences/{id}', { params: { path: { id } } })) })
  const may = useMay()('updateAudience')
  const [enrolling, setEnrolling] = useState(false)
  const title = query.data?.name ?? t('ui.nav.audiences')
  return (
    <Page
      title={title}
      named={query.data !== undefined}
      actions={query.data && may && <Actions id={id} onEnrol={() => setEnrolling(true)} />}
    >
      <Ask query={query}>
        {(a) => (
          <>
            {may ? (
              <Editor id={id} name={a.name} filter={a.filter as FilterValue} />
            ) : (
              <p translate="no">
                <FilterSentence value={a.filter as FilterValue} />
              </p>
            )}
            <section className="section" aria-labelledby="used">
              <h2 id="used">{t('ui.audiences.used')}</h2>
              {a.used_by.length === 0 ? (
                <p className="gallery-when">{t('ui.audiences.unused')}</p>
              ) : (
                <ul className="version-list">
                  {a.used_by.map((p) => (
                    <li key={p.id}>
                      <Link to={`/sops/${p.id}` as string} translate="no">
                        {p.name}
                      </Link>
                      <StateTag state={p.state} text={t(`ui.sops.state.${p.state}`)} />
                    </li>
                  ))}
                </ul>
              )}
            </section>
            <section className="section" aria-labelledby="members">
              <h2 id="members">{t('ui.audiences.members', { n: a.count })}</h2>
              <PartNote />
              <Allowed to="previewMembers">
                <Members value={a.filter as FilterValue} />
              </Allowed>
            </section>
            {enrolling && <EnrolDialog who={{ source: 'audience', id: a.id }} open onClose={() => setEnrolling(false)} />}
          </>
        )}
      </Ask>
    </Page>
  )
}

function Actions({ id, onEnrol }: { id: number; onEnrol: () => void }) {
  const navigate = useNavigate()
  const remove = useChange(
    () => must(api.DELETE('/audiences/{id}', { params: { path: { id } } })),
    stale.slice(0, 2),
    t('ui.audiences.deleted'),
  )
  return (
    <>
      <Allowed to="enrollInBulk">
        <Button onClick={onEnrol}>{t('ui.enrol.open')}</Button>
      </Allowed>
      <Sure
        title={t('ui.audiences.delete.sure')}
        okText={t('ui.audiences.delete')}
        okButtonProps={{ danger: true }}
        onConfirm={() => remove.mutate(undefined, { onSuccess: () => void navigate({ to: '/audiences' }) })}
      >
        <Button danger loading={remove.isPending}>
          {t('ui.audiences.delete')}
        </Button>
      </Sure>
    </>
  )
}

interface EditorProps {
  id?: number
  name: string
  filter: FilterValue
}

function Editor({ id, name: savedName, filter: savedFilter }: EditorProps) {
  const navigate = useNavigate()
  const [name, setName] = useState(savedName)
  const [filter, setFilter] = useState(savedFilter)
  const body = { name: name.trim(), filter: wire(filter) }
  const save = useChange(
    () => (id ? must(api.PUT('/audiences/{id}', { params: { path: { id } }, body })) : must(api.POST('/audiences', { body }))),
    stale,
  )
  const fields = save.error instanceof ApiError ? save.error.problem.fields : undefined
  const changed = name !== savedName || JSON.stringify(filter) !== JSON.stringify(savedFilter)
  return (
    <Form
      layout="vertical"
      className="panel"
      onFinish={() => save.mutate(undefined, { onSuccess: (made) => void navigate({ to: `/audiences/${made.id}` as string }) })}
    >
      <Form.Item label={t('ui.audiences.name')} htmlFor="audience-name" validateStatus={fields?.name && 'error'} help={fields?.name}>
        <Input
          id="audience-name"
          value={name}
          maxLength={100}
          autoFocus={!id}
          placeholder={t('ui.audiences.name.hint')}
          onChange={(e) => setName(e.target.value)}
          style={{ maxWidth: 420 }}
        />
      </Form.Item>
      <Form.Item label={t('ui.audiences.filter')}>
        <FilterBuilder value={filter} onChange={setFilter} fault={fields?.filter} />
      </Form.Item>
      <Button
        type="primary"
        htmlType="submit"
        loading={save.isPending}
        disabled={!changed || name.trim() === '' || countFaults(filter) > 0}
      >
        {t('ui.audiences.save')}
      </Button>
    </Form>
  )
}
