import { Button, Checkbox, Input, Modal } from 'antd'
import { useId, useState } from 'react'
import { api, must, type Schema } from '../../../shared/api'
import { t } from '../../../shared/i18n'
import { useChange } from '../../change'
import { Secret } from './secret'

type Event = Schema<'Webhook'>['events'][number]

const events: Event[] = ['stage_entered', 'mql', 'touch']

/** Adds an endpoint and shows its secret, once. */
export function WebhookDialog({ close }: { close: () => void }) {
  const id = useId()
  const [url, setURL] = useState('https://')
  const [chosen, setChosen] = useState<Event[]>(['mql'])
  const make = useChange(() => must(api.POST('/webhooks', { body: { url: url.trim(), events: chosen } })), [['webhooks']], '')
  const secret = make.data?.secret
  return (
    <Modal
      open
      title={t(secret ? 'ui.hooks.ready' : 'ui.hooks.new')}
      onCancel={close}
      mask={{ closable: false }}
      footer={
        secret ? (
          <Button type="primary" onClick={close}>
            {t('ui.set.once.done')}
          </Button>
        ) : (
          <Button type="primary" disabled={chosen.length === 0 || url.length < 10} loading={make.isPending} onClick={() => make.mutate()}>
            {t('ui.hooks.make')}
          </Button>
        )
      }
    >
      {secret ? (
        <Secret label={t('ui.hooks.secret')} text={secret} />
      ) : (
        <>
          <div className="field">
            <label htmlFor={id}>{t('ui.hooks.url')}</label>
            <Input id={id} type="url" autoFocus value={url} onChange={(e) => setURL(e.target.value)} />
          </div>
          <fieldset className="choices">
            <legend>{t('ui.hooks.events')}</legend>
            {events.map((e) => (
              <Checkbox
                key={e}
                checked={chosen.includes(e)}
                onChange={(c) => setChosen(c.target.checked ? [...chosen, e] : chosen.filter((x) => x !== e))}
              >
                {t(`ui.hooks.event.${e}`)}
              </Checkbox>
            ))}
          </fieldset>
        </>
      )}
    </Modal>
  )
}
