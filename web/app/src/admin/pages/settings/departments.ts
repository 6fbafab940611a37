import { useQuery } from '@tanstack/react-query'
import { api, must, type Schema } from '../../../shared/api'

type Department = Schema<'Department'>

async function all(): Promise<Department[]> {
  const out: Department[] = []
  for (let cursor: string | undefined, page = 0; page < 50; page++) {
    const next = await must(api.GET('/departments', { params: { query: { limit: 200, cursor } } }))
    out.push(...next.items)
    cursor = next.next_cursor
    if (!cursor) break
  }
  return out
}

/** The corp's departments. */
export const useDepartments = () => useQuery({ queryKey: ['departments'], queryFn: all, staleTime: 300_000 })

export interface Branch {
  value: number
  title: string
  children: Branch[]
}

/** The departments as a tree; whose parent is not known stands at the top. */
export function treeOf(departments: Pick<Department, 'id' | 'name' | 'parent_id'>[]): Branch[] {
  const branches = new Map(departments.map((d) => [d.id, { value: d.id, title: d.name, children: [] as Branch[] }]))
  const top: Branch[] = []
  for (const d of departments) {
    const branch = branches.get(d.id)
    if (!branch) continue
    const parent = d.parent_id === d.id ? undefined : branches.get(d.parent_id)
    if (parent) parent.children.push(branch)
    else top.push(branch)
  }
  return top
}
