import { t, word } from '../../shared/i18n'
import { Sheet } from '../parts/sheet'
import type { Item } from '../queue'

/** What is to be sent, and where: WeCom alone sends to many, and tells us so. */
export function SendSheet({ item, close }: { item: Item; close: () => void }) {
  return (
    <Sheet title={item.title || word('channel', item.channel)} close={close}>
      <p className="bubble" translate="no">
        {item.text || t('m.send.no-text')}
      </p>
      {item.attachments > 0 && <p className="soft">{t('m.send.attachments', { n: item.attachments })}</p>}
      <ol className="steps">
        <li>{t(item.channel === 'moment' ? 'm.send.how.moment' : 'm.send.how.open')}</li>
        <li>{t('m.send.how.check', { n: item.people })}</li>
        <li>{t('m.send.how.back')}</li>
      </ol>
    </Sheet>
  )
}
