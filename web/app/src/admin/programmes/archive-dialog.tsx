import { Modal } from 'antd'
import { api, must, type Schema } from '../../shared/api'
import { t } from '../../shared/i18n'
import { useChange } from '../change'
import { insideOf } from './inside'
import { Inside } from './inside-link'

interface ArchiveProps {
  line: Schema<'SOPLine'>
  open: boolean
  onClose: () => void
}

/** Ends a programme for good, after saying for how many. */
export function ArchiveDialog({ line, open, onClose }: ArchiveProps) {
  const archive = useChange(
    () => must(api.POST('/sops/{id}/archive', { params: { path: { id: line.id } } })),
    [
      ['rows', 'sop-lines'],
      ['sop', line.id],
    ],
    t('ui.sops.archived'),
  )
  return (
    <Modal
      open={open}
      title={
        <>
          {t('ui.sops.archive')} <span translate="no">{line.name}</span>
        </>
      }
      okText={t('ui.sops.archive')}
      okButtonProps={{ danger: true, loading: archive.isPending }}
      onCancel={onClose}
      onOk={() => archive.mutate(undefined, { onSuccess: onClose })}
    >
      <p>
        <Inside sop={line} words={insideOf(line) > 0 ? 'ui.sops.archive.inside' : 'ui.sops.archive.empty'} />
      </p>
      <p>{t('ui.sops.archive.final')}</p>
    </Modal>
  )
}
