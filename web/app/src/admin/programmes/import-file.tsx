import { UploadOutlined } from '@ant-design/icons'
import { useMutation } from '@tanstack/react-query'
import { Alert, Button } from 'antd'
import { useRef, useState } from 'react'
import { ApiError, api, must, type Schema } from '../../shared/api'
import { t } from '../../shared/i18n'
import { useChange } from '../change'
import { ErrorState } from '../states'
import { MiniRuler } from './mini-ruler'

const yaml = { headers: { 'Content-Type': 'application/yaml' }, bodySerializer: (body: string) => body }

/** Reads a file, says what the linter finds, and makes the programme when one agrees. */
export function ImportFile({ onMade }: { onMade: (id: number) => void }) {
  const [text, setText] = useState('')
  const input = useRef<HTMLInputElement>(null)
  const check = useMutation({ mutationFn: (body: string) => must(api.POST('/sops/file/check', { body, ...yaml })) })
  const make = useChange((body: string) => must(api.POST('/sops/file', { body, ...yaml })), [['rows', 'sop-lines']], t('ui.sops.created'))
  const read = async (file: File | undefined) => {
    if (!file) return
    const read = await file.text()
    setText(read)
    check.mutate(read)
  }
  return (
    <>
      <input
        ref={input}
        type="file"
        accept=".yaml,.yml,.json,application/yaml"
        hidden
        aria-label={t('ui.sops.import.choose')}
        onChange={(e) => {
          void read(e.target.files?.[0])
          e.target.value = ''
        }}
      />
      {check.data && <Found found={check.data} />}
      {check.error && <Faults error={check.error} />}
      <div className="foot-row">
        <Button icon={<UploadOutlined aria-hidden />} loading={check.isPending} onClick={() => input.current?.click()}>
          {t('ui.sops.import.choose')}
        </Button>
        {check.data && (
          <Button type="primary" loading={make.isPending} onClick={() => make.mutate(text, { onSuccess: (made) => onMade(made.id) })}>
            {t('ui.sops.import.make')}
          </Button>
        )}
      </div>
    </>
  )
}

interface FoundProps {
  found: { name: string; definition: Schema<'Definition'>; findings: Schema<'Findings'> }
}

function Found({ found }: FoundProps) {
  return (
    <div role="status">
      <strong translate="no">{found.name}</strong>
      <MiniRuler steps={found.definition.steps ?? []} />
      {found.findings.length === 0 ? (
        <p>{t('ui.sops.import.clean')}</p>
      ) : (
        <ul className="edits">
          {found.findings.map((f) => (
            <li key={`${f.step} ${f.code} ${f.other}`} translate="no">
              {f.sentence}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

function Faults({ error }: { error: unknown }) {
  const fields = error instanceof ApiError ? Object.entries(error.problem.fields ?? {}) : []
  if (fields.length === 0) return <ErrorState error={error} />
  return (
    <Alert
      type="error"
      showIcon
      title={t('ui.sops.import.faults', { n: fields.length })}
      description={
        <ul className="edits">
          {fields.map(([field, fault]) => (
            <li key={field} translate="no">
              {field}: {fault}
            </li>
          ))}
        </ul>
      }
    />
  )
}
