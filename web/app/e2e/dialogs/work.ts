import type { Dialog } from './dialog'

export const work: Dialog[] = []
