import { Button, Input, Select, Tag } from 'antd'
import { t, word } from '../../shared/i18n'
import { clearing } from '../clear'
import { fates } from './fate'
import { useSops } from './sops'
import { isNarrow, type TouchSearch } from './touch-filter'
import { useStepName } from './use-step-name'
import './ops.css'

const channels = ['welcome', 'group_message', 'group_chat', 'moment', 'rep_prompt', 'tag']

interface TouchFiltersProps {
  search: TouchSearch
  change: (next: TouchSearch) => void
}

/** The filters of the touch log: the usual ones as fields, those that a link brought as chips. */
export function TouchFilters({ search, change }: TouchFiltersProps) {
  const sops = useSops()
  const narrow = isNarrow(search)
  const step = useStepName(search.sop, search.step)
  const chips: [keyof TouchSearch, string][] = [
    ['hour', t('ui.touches.hour', { hour: search.hour ?? 0 })],
    ['reason', word('reason', search.reason ?? '')],
    ['state', word('state', search.state ?? '')],
    ['step', t('ui.touches.step', { key: step })],
    ['variant', t('ui.touches.variant', { key: search.variant ?? '' })],
    ['version', t('ui.touches.version', { n: search.version ?? 0 })],
    ['unsent', t(`ui.touches.unsent.${search.unsent ?? 'all'}`)],
    ['contact', t('ui.touches.contact', { id: String(search.contact ?? '') })],
    ['group', t('ui.touches.group', { id: String(search.group ?? '') })],
    ['rep', t('ui.touches.rep', { id: String(search.rep ?? '') })],
  ]
  return (
    <div className="filters">
      <Input
        type="date"
        aria-label={t('ui.touches.day')}
        value={search.day ?? ''}
        onChange={(e) => change({ ...search, day: e.target.value || undefined, hour: undefined })}
      />
      <Select
        aria-label={t('ui.touches.sop')}
        placeholder={t('ui.touches.sop')}
        allowClear={clearing()}
        showSearch={{ optionFilterProp: 'label' }}
        value={search.sop}
        onChange={(sop?: number) => change({ ...search, sop, step: undefined, version: undefined, unsent: undefined })}
        options={sops.data?.map((s) => ({ value: s.id, label: s.name }))}
      />
      {narrow && (
        <Select
          aria-label={t('ui.touches.fate')}
          placeholder={t('ui.touches.fate')}
          allowClear={clearing()}
          value={search.fate}
          onChange={(fate) => change({ ...search, fate })}
          options={fates.map((f) => ({ value: f, label: word('fate', f) }))}
        />
      )}
      {narrow && (
        <Select
          aria-label={t('ui.touches.channel')}
          placeholder={t('ui.touches.channel')}
          allowClear={clearing()}
          value={search.channel}
          onChange={(channel?: string) => change({ ...search, channel })}
          options={channels.map((c) => ({ value: c, label: word('channel', c) }))}
        />
      )}
      {chips
        .filter(([key]) => search[key] !== undefined)
        .map(([key, label]) => (
          <Tag
            key={key}
            closable={{ 'aria-label': t('ui.touches.drop', { what: label }) }}
            onClose={() => change({ ...search, [key]: undefined })}
          >
            {label}
          </Tag>
        ))}
      {Object.values(search).some((v) => v !== undefined) && (
        <Button type="link" onClick={() => change({})}>
          {t('ui.touches.clear')}
        </Button>
      )}
    </div>
  )
}
