#!/bin/sh
# Builds one of the pinned Go programs once per machine and prints where it is.
#
#   build_cached.sh restic          prints the restic program
#   build_cached.sh mattermost      prints a folder to run a real Mattermost server from
#   build_cached.sh second-plugin   prints the tar.gz of the small plugin used in tests
#   build_cached.sh rest-server     prints the server of restic's own protocol, which can be append-only
#   build_cached.sh repository      prints a folder with an empty repository/ and its key, quick to open
#
# The cache is outside the clone, so that a fresh clone does not compile Mattermost again.
set -eu

root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
cache=${DR_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/mattermost-disaster-recovery}

case ${1:-} in
  restic)        source=$root/tools;                   product=/restic ;;
  mattermost)    source=$root/test/mattermost-server;  product= ;;
  second-plugin) source=$root/test/second-plugin;      product=/dr-test-notes.tar.gz ;;
  rest-server)   source=$root/test/rest-server;        product=/rest-server ;;
  repository)    source=$root/tools;                   product= ;;
  *) echo 'usage: build_cached.sh restic|mattermost|second-plugin|rest-server|repository' >&2; exit 2 ;;
esac

hash_of_source() {
  for file in go.sum go.mod main.go plugin.json; do
    if [ -f "$source/$file" ]; then cat "$source/$file"; fi
  done | sha256sum | cut -c 1-16
}

build_restic() {
  go build -o "$1/restic" github.com/restic/restic/cmd/restic
}

# Without -trimpath: the server finds its own resources by the paths it was compiled from.
build_mattermost() {
  go build -o "$1/bin/mattermost" .
  module=$(go list -m -f '{{.Dir}}' github.com/mattermost/mattermost/server/v8)
  cp -R "$module/i18n" "$module/templates" "$module/fonts" "$1/"
  # Go keeps its module cache read-only, and so would be the copy.
  chmod -R u+w "$1"
  mkdir -p "$1/client"
  # The web client is not part of the module; without this page the server answers 500 on /.
  echo '<!doctype html><title>Mattermost</title>' > "$1/client/root.html"
}

build_second_plugin() {
  mkdir -p "$1/dr-test-notes/server"
  CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$1/dr-test-notes/server/plugin" .
  cp plugin.json "$1/dr-test-notes/"
  tar -C "$1" -czf "$1/dr-test-notes.tar.gz" dr-test-notes
  rm -r "$1/dr-test-notes"
}

build_rest_server() {
  go build -o "$1/rest-server" github.com/restic/rest-server/cmd/rest-server
}

# restic makes its key as hard to derive as the machine is fast: half a second of CPU at each start of it. A restic that
# is held still most of the time believes that it runs on a slow machine. For tests only: they start it thousands of times.
build_repository() {
  restic=$("$root/scripts/build_cached.sh" restic)
  # In the form that `drctl init` gives a key.
  LC_ALL=C tr -dc '0-9A-HJKMNP-TV-Z' < /dev/urandom | head -c 56 | sed 's/..../&-/g; s/-$//' > "$1/key"
  chmod 600 "$1/key"
  RESTIC_PASSWORD_FILE=$1/key "$restic" init --quiet --no-cache --repo "$1/repository" &
  while kill -STOP $! 2> /dev/null; do
    sleep 0.06
    kill -CONT $! 2> /dev/null || true
    sleep 0.002
  done
  wait $!
}

final=$cache/$1-$(hash_of_source)

if [ ! -d "$final" ]; then
  building=$final.building.$$
  trap 'rm -rf "$building"' EXIT
  trap 'exit 1' HUP INT TERM
  mkdir -p "$building"
  cd "$source"
  case $1 in
    restic)        build_restic "$building" ;;
    mattermost)    build_mattermost "$building" ;;
    second-plugin) build_second_plugin "$building" ;;
    rest-server)   build_rest_server "$building" ;;
    repository)    build_repository "$building" ;;
  esac >&2
  if [ ! -d "$final" ]; then mv "$building" "$final"; fi
  # When another build was a moment quicker, mv has put ours inside its folder.
  rm -rf "$final/$(basename "$building")"
fi

echo "$final$product"
