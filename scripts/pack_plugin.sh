#!/bin/sh
# Packs the plugin as Mattermost wants it: one top folder, executables with their mode.
set -eu
target=$1
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
plugin=$stage/disaster-recovery
mkdir -p "$plugin/server/dist" "$plugin/webapp/dist" "$root/dist"
cp "$root/plugin.json" "$plugin/"
cp -R "$root/assets" "$plugin/"
cp "$root"/server-bridge/dist/plugin-linux-* "$plugin/server/dist/"
cp "$root"/webapp/dist/*.js "$plugin/webapp/dist/"
if test -d "$root/webapp/dist/claim"; then cp -R "$root/webapp/dist/claim" "$plugin/webapp/dist/"; fi
chmod 755 "$plugin"/server/dist/*
# Renamed when it is whole: somebody may be reading the old one.
tar --owner=0 --group=0 -C "$stage" -czf "$root/$target.new" disaster-recovery
mv "$root/$target.new" "$root/$target"
