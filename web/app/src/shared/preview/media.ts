/** What a preview knows of a file that we keep. */
export interface MediaFile {
  url: string
  name?: string
  size?: number
}

export type MediaLookup = (id: number) => MediaFile

/** Where the bytes of a kept file are. */
export const mediaURL = (id: number): string => `/api/v1/media/${id}/file`

/** A lookup for those who know nothing but the address. */
export const mediaByID: MediaLookup = (id) => ({ url: mediaURL(id) })
