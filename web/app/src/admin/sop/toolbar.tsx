import { CheckOutlined, CloudSyncOutlined, PlusOutlined, RedoOutlined, UndoOutlined, WarningOutlined } from '@ant-design/icons'
import { Button, Segmented, Space, Tooltip } from 'antd'
import { t } from '../../shared/i18n'
import { problemWords } from '../../shared/problem'
import type { Zoom } from './ruler-view'
import type { Saving } from './use-autosave'
import type { Editor } from './use-editor'

const zooms: Zoom[] = ['small', 'middle', 'large']

interface ToolbarProps {
  editor: Editor
  saving: Saving
  zoom: Zoom
  readOnly: boolean
  canPublish: boolean
  /** The version that the draft is the same as, if nothing is to be published. */
  same: number | undefined
  onZoom: (zoom: Zoom) => void
  onAdd: () => void
  onSave: () => void
  onPublish: () => void
}

/** What one does to the whole draft, and whether it is saved. */
export function Toolbar({ editor, saving, zoom, readOnly, canPublish, same, onZoom, onAdd, onSave, onPublish }: ToolbarProps) {
  return (
    <div className="sop-toolbar">
      <Space size={6} wrap>
        {!readOnly && (
          <>
            <Button icon={<PlusOutlined aria-hidden />} onClick={onAdd}>
              {t('ui.sop.step.add')}
            </Button>
            <Tooltip title={t('ui.sop.undo.hint')}>
              <Button icon={<UndoOutlined aria-hidden />} aria-label={t('ui.sop.undo')} disabled={!editor.canUndo} onClick={editor.undo} />
            </Tooltip>
            <Tooltip title={t('ui.sop.redo.hint')}>
              <Button icon={<RedoOutlined aria-hidden />} aria-label={t('ui.sop.redo')} disabled={!editor.canRedo} onClick={editor.redo} />
            </Tooltip>
          </>
        )}
        <Segmented<Zoom>
          aria-label={t('ui.sop.zoom')}
          value={zoom}
          disabled={false}
          options={zooms.map((z) => ({ value: z, label: t(`ui.sop.zoom.${z}`) }))}
          onChange={onZoom}
        />
      </Space>
      <Space size={12}>
        {!readOnly && <SaveState saving={saving} same={same} onSave={onSave} />}
        {!readOnly && (
          <Button type="primary" onClick={onPublish} disabled={!canPublish || same !== undefined} aria-describedby="save-state">
            {t('ui.sop.publish')}
          </Button>
        )}
      </Space>
    </div>
  )
}

function SaveState({ saving, same, onSave }: Pick<ToolbarProps, 'saving' | 'same' | 'onSave'>) {
  switch (saving.kind) {
    case 'saved':
      return (
        <span className="save-state" id="save-state" role="status">
          <CheckOutlined aria-hidden /> {same === undefined ? t('ui.sop.saved') : t('ui.sop.saved.same', { n: same })}
        </span>
      )
    case 'failed': {
      const { title, detail } = problemWords(saving.error, t, 'ui')
      return (
        <span className="save-state bad" role="status">
          <WarningOutlined aria-hidden /> {t('ui.sop.unsaved')}: {detail || title}
          <Button size="small" onClick={onSave}>
            {t('ui.retry')}
          </Button>
        </span>
      )
    }
    case 'conflict':
      return (
        <span className="save-state bad" role="status">
          <WarningOutlined aria-hidden /> {t('ui.sop.unsaved')}
        </span>
      )
    default:
      return (
        <span className="save-state" role="status">
          <CloudSyncOutlined aria-hidden /> {t('ui.sop.saving')}
        </span>
      )
  }
}
