import { FileTextOutlined, PlusOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { api, must, type Schema } from '../../shared/api'
import { t } from '../../shared/i18n'
import { useChange } from '../change'
import { Page } from '../page'
import { ImportFile } from '../programmes/import-file'
import { MiniRuler } from '../programmes/mini-ruler'
import '../programmes/programmes.css'
import { Drawer } from '../drawer'
import { TemplateSteps } from '../programmes/template-steps'
import { useTriggerWords } from '../programmes/use-trigger-words'
import { Ask } from '../states'

interface Template {
  key: string
  name: string
  purpose: string
  definition: Schema<'Definition'>
}

/** Begins a programme: from nothing, from a template, from a file. */
export function NewSOP() {
  const navigate = useNavigate()
  const say = useTriggerWords()
  const [shown, setShown] = useState<Template>()
  const templates = useQuery({
    queryKey: ['sop-templates'],
    queryFn: () => must(api.GET('/sop-templates')),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const create = useChange(
    (body: { name: string; definition: Schema<'Definition'> }) => must(api.POST('/sops', { body })),
    [['rows', 'sop-lines']],
    t('ui.sops.created'),
  )
  const begin = (body: { name: string; definition: Schema<'Definition'> }) =>
    create.mutate(body, { onSuccess: (made) => void navigate({ to: `/sops/${made.id}` as string }) })
  const empty = () => begin({ name: t('ui.sops.new.name'), definition: { trigger: { kind: 'contact_added' }, steps: [] } })
  return (
    <Page title={t('ui.sops.new')} lede={t('ui.sops.new.lede')}>
      <div className="gallery">
        <article className="gallery-card">
          <h2>{t('ui.sops.new.empty')}</h2>
          <p>{t('ui.sops.new.empty.hint')}</p>
          <div className="foot-row">
            <Button type="primary" icon={<PlusOutlined aria-hidden />} loading={create.isPending} onClick={empty}>
              {t('ui.sops.new.empty')}
            </Button>
          </div>
        </article>
        <article className="gallery-card">
          <h2>{t('ui.sops.import')}</h2>
          <p>{t('ui.sops.import.hint')}</p>
          <ImportFile onMade={(id) => void navigate({ to: `/sops/${id}` as string })} />
        </article>
      </div>
      <section className="section" aria-labelledby="templates">
        <h2 id="templates">{t('ui.sops.templates')}</h2>
        <Ask query={templates} rows={8}>
          {({ items }) => (
            <div className="gallery">
              {items.map((template) => (
                <article className="gallery-card" key={template.key}>
                  <h3>{template.name}</h3>
                  <p>{template.purpose}</p>
                  <MiniRuler steps={template.definition.steps ?? []} />
                  <span className="gallery-when">{say(template.definition.trigger)}</span>
                  <div className="foot-row">
                    <Button
                      type="primary"
                      loading={create.isPending && create.variables?.name === template.name}
                      onClick={() => begin({ name: template.name, definition: template.definition })}
                      aria-label={t('ui.sops.use.of', { name: template.name })}
                    >
                      {t('ui.sops.use')}
                    </Button>
                    <Button
                      icon={<FileTextOutlined aria-hidden />}
                      onClick={() => setShown(template)}
                      aria-label={t('ui.sops.look.of', { name: template.name })}
                    >
                      {t('ui.sops.look')}
                    </Button>
                  </div>
                </article>
              ))}
            </div>
          )}
        </Ask>
      </section>
      <Drawer
        open={shown !== undefined}
        onClose={() => setShown(undefined)}
        size={560}
        title={shown?.name}
        extra={
          shown && (
            <Button type="primary" loading={create.isPending} onClick={() => begin({ name: shown.name, definition: shown.definition })}>
              {t('ui.sops.use')}
            </Button>
          )
        }
      >
        {shown && <TemplateSteps definition={shown.definition} />}
      </Drawer>
    </Page>
  )
}
