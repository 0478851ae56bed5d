#!/bin/bash
# The peer "script": what a careful administrator runs every night.
# script.sh backup|restore DATABASE_URL FILES CONFIG STORE JOBS
set -euo pipefail
verb=$1 url=$2 files=$3 config=$4 store=$5 jobs=$6

case $verb in
  backup)
    night=$store/$(date -u +%Y%m%dT%H%M%S.%N)
    mkdir -p "$night"
    # PostgreSQL's own default is gzip; zstd over a plain dump is faster and smaller.
    pg_dump --format=directory --compress=0 --no-sync --jobs="$jobs" --file="$night/database" "$url"
    tar -C "$night" -cf - database | zstd -q -T0 -o "$night/database.tar.zst"
    rm -r "$night/database"
    tar -C "$files" -cf - . | zstd -q -T0 -o "$night/files.tar.zst"
    tar -C "$config" -cf - . | zstd -q -T0 -o "$night/config.tar.zst"
    ;;
  restore)
    night=$store/$(ls "$store" | tail -n 1)
    mkdir -p "$files" "$config" "$store.dump"
    zstd -q -d -c "$night/database.tar.zst" | tar -C "$store.dump" -xf -
    # The database is there already, and empty.
    pg_restore --no-owner --no-privileges --exit-on-error --jobs="$jobs" --dbname="$url" "$store.dump/database"
    rm -r "$store.dump"
    zstd -q -d -c "$night/files.tar.zst" | tar -C "$files" -xf -
    zstd -q -d -c "$night/config.tar.zst" | tar -C "$config" -xf -
    ;;
esac
