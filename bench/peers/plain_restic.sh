#!/bin/bash
# The peer "restic": the same dump, then one restic call over everything. RESTIC_REPOSITORY and RESTIC_PASSWORD_FILE say where.
# plain_restic.sh backup|restore DATABASE_URL FILES CONFIG STAGING JOBS; a restore also needs SOURCE_FILES and SOURCE_CONFIG.
set -euo pipefail
verb=$1 url=$2 files=$3 config=$4 staging=$5 jobs=$6

case $verb in
  backup)
    rm -rf "$staging"
    # Uncompressed, so that restic finds again what did not change.
    pg_dump --format=directory --compress=0 --no-sync --jobs="$jobs" --file="$staging" "$url"
    restic backup --quiet "$staging" "$files" "$config"
    rm -r "$staging"
    ;;
  restore)
    restic restore --quiet "latest:$staging" --target "$staging"
    # The database is there already, and empty.
    pg_restore --no-owner --no-privileges --exit-on-error --jobs="$jobs" --dbname="$url" "$staging"
    rm -r "$staging"
    restic restore --quiet "latest:$SOURCE_FILES" --target "$files"
    restic restore --quiet "latest:$SOURCE_CONFIG" --target "$config"
    ;;
esac
