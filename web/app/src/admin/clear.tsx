import { CloseCircleFilled } from '@ant-design/icons'
import { t } from '../shared/i18n'

/** Lets a choice be taken back by a button with a name in the reader's language; the library has an English one only. */
export const clearing = () => ({ clearIcon: <CloseCircleFilled aria-hidden />, label: t('ui.clear') })
