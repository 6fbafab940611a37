import { CopyOutlined } from '@ant-design/icons'
import { Alert, App, Button, Input } from 'antd'
import { t } from '../../../shared/i18n'

/** A text that is shown this once, to be copied. */
export function Secret({ label, text }: { label: string; text: string }) {
  const { message } = App.useApp()
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    message.success(t('ui.copied'))
  }
  return (
    <>
      <Alert type="warning" showIcon title={t('ui.set.once')} style={{ marginBottom: 12 }} />
      <div style={{ display: 'flex', gap: 8 }}>
        <Input readOnly aria-label={label} value={text} onFocus={(e) => e.target.select()} style={{ fontFamily: 'monospace' }} />
        <Button icon={<CopyOutlined />} onClick={() => void copy()}>
          {t('ui.copy')}
        </Button>
      </div>
    </>
  )
}
