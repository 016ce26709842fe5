import { createContext, useContext } from 'react'
import type { PageApi } from './api.ts'

export const ApiContext = createContext<PageApi | null>(null)

export function useApi(): PageApi {
  const api = useContext(ApiContext)
  if (api === null) throw new Error('useApi: no ApiContext above')
  return api
}
