import { Alert, Button, Space } from 'antd'
import { t } from '../../shared/i18n'

interface ConflictProps {
  onTheirs: () => void
  onOurs: () => void
}

/** Somebody else has saved meanwhile: one of the two drafts has to go. */
export function Conflict({ onTheirs, onOurs }: ConflictProps) {
  return (
    <Alert
      type="error"
      showIcon
      className="conflict"
      title={t('ui.sop.conflict')}
      description={t('ui.sop.conflict.hint')}
      action={
        <Space orientation="vertical">
          <Button size="small" onClick={onTheirs}>
            {t('ui.sop.conflict.theirs')}
          </Button>
          <Button size="small" danger onClick={onOurs}>
            {t('ui.sop.conflict.ours')}
          </Button>
        </Space>
      }
    />
  )
}
