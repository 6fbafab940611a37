import type { QueryKey } from '@tanstack/react-query'
import { Button, Select } from 'antd'
import { useState } from 'react'
import { api, must } from '../../../shared/api'
import { t } from '../../../shared/i18n'
import { useChange } from '../../change'
import { Ask } from '../../states'
import { useImportFields } from './fields'
import { type Import, remap } from './progress'

interface MappingProps {
  im: Import & { sample: string[][] }
  stale: QueryKey[]
  done: () => void
}

/** What the columns mean, above the file's first rows. */
export function Mapping({ im, stale, done }: MappingProps) {
  const [mapping, setMapping] = useState(im.mapping)
  const fields = useImportFields(im.kind)
  const save = useChange(() => must(api.PUT('/imports/{id}/mapping', { params: { path: { id: im.id } }, body: { mapping } })), stale, '')
  const known = mapping.filter(Boolean).length
  return (
    <Ask query={fields}>
      {({ items }) => (
        <>
          <p className="says">{t('ui.import.mapping', { n: known, all: im.header.length })}</p>
          <p className="soft">{t('ui.import.mapping.hint')}</p>
          <div className="sample" tabIndex={0} role="region" aria-label={t('ui.import.sample')}>
            <table>
              <thead>
                <tr>
                  {im.header.map((name, i) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: columns have no name of their own
                    <th key={i} scope="col">
                      <span translate="no">{name || t('ui.import.column', { n: i + 1 })}</span>
                      <Select
                        aria-label={t('ui.import.column.means', { name: name || String(i + 1) })}
                        value={mapping[i] ?? ''}
                        onChange={(field: string) => setMapping(remap(mapping, i, field))}
                        options={[{ value: '', label: t('ui.import.ignore') }, ...items.map((f) => ({ value: f.key, label: f.label }))]}
                        className={mapping[i] ? 'meant' : undefined}
                        popupMatchSelectWidth={false}
                        style={{ width: '100%', minWidth: 130 }}
                      />
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody translate="no">
                {im.sample.map((row, r) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: rows of a file have no name of their own
                  <tr key={r}>
                    {im.header.map((_, i) => (
                      // biome-ignore lint/suspicious/noArrayIndexKey: nor have cells
                      <td key={i} className={mapping[i] ? undefined : 'ignored'}>
                        {row[i]}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <div className="import-actions">
            <Button
              type="primary"
              disabled={known === 0}
              loading={save.isPending}
              onClick={() => save.mutate(undefined, { onSuccess: done })}
            >
              {t('ui.import.look')}
            </Button>
          </div>
        </>
      )}
    </Ask>
  )
}
