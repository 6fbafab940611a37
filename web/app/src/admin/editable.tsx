import { ConfigProvider } from 'antd'
import type { ReactNode } from 'react'
import { type Operation, useMay } from './may'

/** Fields that are to be read only for those who may not use the operation. */
export function Editable({ by, children }: { by: Operation; children: ReactNode }) {
  return <ConfigProvider componentDisabled={!useMay()(by) || undefined}>{children}</ConfigProvider>
}
