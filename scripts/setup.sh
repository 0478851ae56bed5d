#!/bin/sh
# Installs the Debian packages that building and testing need, when they are missing.
set -eu
packages=
need() { command -v "$1" > /dev/null 2>&1 || packages="$packages $2"; }
need psql postgresql-client
need chromium chromium
[ -n "$(ls -d /usr/lib/postgresql/*/bin/initdb 2> /dev/null)" ] || packages="$packages postgresql"
[ -f /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ] || packages="$packages fonts-dejavu"
[ -f /usr/share/fonts/truetype/noto/NotoColorEmoji.ttf ] || packages="$packages fonts-noto-color-emoji"
need tar tar
need zstd zstd
[ -x /usr/bin/time ] || packages="$packages time"
command -v go > /dev/null 2>&1 || { echo 'Go 1.26 or newer is needed to build the plugin and the test server; install it first.' >&2; exit 1; }
if [ -n "$packages" ]; then
  if [ "$(id -u)" = 0 ]; then sudo=; elif command -v sudo > /dev/null 2>&1; then sudo=sudo; else
    echo "These Debian packages are missing and need root to install:$packages" >&2; exit 1
  fi
  command -v apt-get > /dev/null 2>&1 || { echo "Install these first (no apt-get here):$packages" >&2; exit 1; }
  $sudo apt-get update -qq
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $packages
fi
