import { t } from '../../shared/i18n'
import { Ask } from '../states'
import { type FilterValue, filterOf, rootOf } from './ast'
import './filter.css'
import { GroupEditor } from './group'
import { LiveCount } from './live-count'
import { useFields } from './names'

interface BuilderProps {
  value: FilterValue
  onChange: (value: FilterValue) => void
  /** What the server has found wrong with the filter. */
  fault?: string
  /** Names the filter to who cannot see it, such as "who enters". */
  label?: string
  /** Shows how many people it selects now; true unless said otherwise. */
  counted?: boolean
}

/** A filter as a sentence whose words are its controls. */
export function FilterBuilder({ value, onChange, fault, label = t('ui.filter.label'), counted = true }: BuilderProps) {
  const fields = useFields()
  const root = rootOf(value)
  return (
    <div className="filter">
      <Ask query={fields} rows={1}>
        {(known) => (
          <div className="filter-sentence">
            <span className="filter-who">{t(root.of.length === 0 ? 'ui.filter.who.all' : 'ui.filter.who')}</span>
            <GroupEditor group={root} fields={known} depth={1} label={label} starts onChange={(g) => onChange(filterOf(g))} />
          </div>
        )}
      </Ask>
      {fault && (
        <div className="filter-fault" role="alert">
          {fault}
        </div>
      )}
      {counted && <LiveCount value={value} />}
    </div>
  )
}
