import { FileExcelOutlined } from '@ant-design/icons'
import { useNavigate } from '@tanstack/react-router'
import { Segmented, Spin } from 'antd'
import { type DragEvent, useId, useState } from 'react'
import { api, must } from '../../../shared/api'
import { t } from '../../../shared/i18n'
import { useChange } from '../../change'
import { type Kind, kinds } from './progress'

/** Takes a file, by choice or by drop, and goes to its import. */
export function Upload() {
  const id = useId()
  const navigate = useNavigate()
  const [kind, setKind] = useState<Kind>('accounts')
  const [over, setOver] = useState(false)
  const bring = useChange(
    (file: File) => {
      const form = new FormData()
      form.append('file', file)
      return must(api.POST('/imports', { params: { query: { kind } }, body: { file: '' }, bodySerializer: () => form }))
    },
    [['rows', 'imports']],
    '',
  )
  const take = (file?: File) => {
    if (file) bring.mutate(file, { onSuccess: (im) => void navigate({ to: '/import/$id', params: { id: String(im.id) } }) })
  }
  const drop = (e: DragEvent) => {
    e.preventDefault()
    setOver(false)
    take(e.dataTransfer.files[0])
  }
  return (
    <section className="upload" aria-label={t('ui.import.new')}>
      <Segmented<Kind>
        aria-label={t('ui.import.kind')}
        value={kind}
        onChange={setKind}
        options={kinds.map((value) => ({ value, label: t(`ui.import.kind.${value}`) }))}
      />
      <p className="soft">{t(`ui.import.hint.${kind}`)}</p>
      <label
        htmlFor={id}
        className={over ? 'drop over' : 'drop'}
        onDragOver={(e) => {
          e.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        {bring.isPending ? <Spin /> : <FileExcelOutlined aria-hidden className="drop-icon" />}
        <strong>{t(bring.isPending ? 'ui.import.sending' : 'ui.import.choose')}</strong>
        <span className="soft">{t('ui.import.formats')}</span>
        <input
          id={id}
          type="file"
          accept=".csv,.tsv,.txt,.xlsx"
          disabled={bring.isPending}
          onChange={(e) => {
            take(e.target.files?.[0])
            e.target.value = ''
          }}
        />
      </label>
    </section>
  )
}
