/** The page of the plugin that takes codes. */
export function claimUrl(siteUrl: string | null): string {
  return `${(siteUrl ?? '').replace(/\/+$/, '')}/plugins/disaster-recovery/claim`;
}
