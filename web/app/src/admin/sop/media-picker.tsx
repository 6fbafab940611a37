import { UploadOutlined } from '@ant-design/icons'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Select, Space, Upload } from 'antd'
import { useState } from 'react'
import { api, must, type Schema } from '../../shared/api'
import { t } from '../../shared/i18n'
import { problemWords } from '../../shared/problem'
import { clearing } from '../clear'

type Kind = Schema<'MediaKind'>
type Media = Schema<'Media'>

const accepts: Record<Kind, string | undefined> = { image: 'image/png,image/jpeg', video: 'video/mp4', file: undefined }

/** The files of a kind that we keep, the latest first. */
export function useMedia(kind: Kind) {
  return useQuery({
    queryKey: ['media', kind],
    queryFn: async (): Promise<Media[]> => (await must(api.GET('/media', { params: { query: { kind, limit: 200 } } }))).items as Media[],
    staleTime: 60_000,
  })
}

/** Brings a file; the API wants it as a form. */
async function store(kind: Kind, file: File): Promise<Media> {
  const answer = await api.POST('/media', {
    params: { query: { kind } },
    body: { file: '' },
    bodySerializer: () => {
      const form = new FormData()
      form.append('file', file)
      return form
    },
  })
  return answer.data as Media
}

interface PickerProps {
  kind: Kind
  id: number | undefined
  onPick: (id: number | undefined) => void
}

/** Chooses a file that we keep, or brings a new one. */
export function MediaPicker({ kind, id, onPick }: PickerProps) {
  const media = useMedia(kind)
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState('')
  const bring = async (file: File) => {
    setBusy(true)
    setFault('')
    try {
      const kept = await store(kind, file)
      await client.invalidateQueries({ queryKey: ['media', kind] })
      onPick(kept.id)
    } catch (error) {
      const { title, detail } = problemWords(error, t, 'ui')
      setFault(detail || title)
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className="media-picker">
      <Space.Compact block>
        <Select
          aria-label={t(`ui.sop.media.${kind}`)}
          placeholder={t(`ui.sop.media.${kind}`)}
          value={id || undefined}
          loading={media.isPending}
          showSearch={{ optionFilterProp: 'label' }}
          allowClear={clearing()}
          style={{ flex: 1, minWidth: 0 }}
          options={(media.data ?? []).map((m) => ({ value: m.id, label: <span translate="no">{m.name}</span> }))}
          onChange={(next?: number) => onPick(next)}
        />
        <Upload
          accept={accepts[kind]}
          showUploadList={false}
          beforeUpload={(file) => {
            void bring(file)
            return false
          }}
        >
          <Button icon={<UploadOutlined aria-hidden />} loading={busy}>
            {t('ui.sop.media.upload')}
          </Button>
        </Upload>
      </Space.Compact>
      {fault && <div className="field-fault">{fault}</div>}
    </div>
  )
}
