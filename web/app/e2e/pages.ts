/** Every page of the product, with an address that exists in the seeded demo. */
export const pages: string[] = [
  '/',
  '/nowhere',
  '/touches',
  '/touches/1',
  '/queue',
  '/leaks',
  '/cohorts',
  '/sops/1/people',
  '/sops/1/people/1',
  '/sops/1/results',
  '/meeting',
  '/meeting?at=0',
  '/sops',
  '/sops/new',
  '/sops/1/versions',
  '/audiences',
  '/audiences/new',
  '/login',
  '/settings/users',
  '/settings/sessions',
  '/settings/audit',
  '/phones',
  '/phones?show=c:wmDEMO00000000000000000000000000,m:ZhouYu&known=wmDEMO00000000000000000000000000&drawer=ledger',
  '/phones?show=m:ZhouYu&drawer=faults',
  '/m/day?as=ZhouYu',
  '/m/alerts?as=ZhouYu',
  '/m/account/1?as=ZhouYu',
  '/m/contact?as=BaiLu&ext=wmDEMO00000000000000000000000017&external_userid=wmDEMO00000000000000000000000017',
]

/** Words that are the same in every language. */
export const international = new Set(
  `Sixtouch SOP SOPs ABM MAL MIL MQL SAL SQL SAO SDR AE KP ACV ARR MRR SLA API URL ID CSV XLSX YAML JSON Excel WeCom OAuth QR JS SDK
   HTTP HTTPS IP UTC A B C D h min s px KB MB GB18030 UTF Ctrl Esc Enter Tab Shift English OK J K F Home vs p p50 p95 p99 v`.split(/\s+/),
)
