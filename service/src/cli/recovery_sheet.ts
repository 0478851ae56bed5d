/** What to keep on paper: with it, everything comes back on an empty machine. */
export function recoverySheet({
  repository,
  key,
  passwordFile,
}: {
  repository: string;
  key: string;
  passwordFile: string;
}): string {
  return `──────────────── RECOVERY SHEET ────────────────
Print this and keep it away from the server. Who has it can read every backup;
without it nobody can, and no one can make it again.

  Repository  ${repository}
  Key         ${key}
  (on this machine: ${passwordFile})

On an empty machine with drctl and PostgreSQL:

  1. (umask 077; cat > key)       # type the key, Enter, Ctrl-D
  2. drctl list --repository ${repository} --password-file key
  3. drctl restore latest --repository ${repository} --password-file key \\
       --into-database postgres://USER:PASSWORD@HOST/mattermost \\
       --into-files /opt/mattermost/data --into-config /opt/mattermost/config
─────────────────────────────────────────────────`;
}
