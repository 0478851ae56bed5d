/** In Mattermost people write `@anna`; the account is `anna`. */
export function accountName(typed: string): string {
  return typed.replace(/^@/, '');
}
