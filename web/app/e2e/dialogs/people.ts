import type { Dialog } from './dialog'

export const people: Dialog[] = []
