#!/bin/bash
# SPDX-License-Identifier: MIT
# Installs the missing Debian packages of the named groups.
# Usage: samples/setup.sh GROUP... | all     the groups are in samples/packages
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
list=$here/packages
program=${0##*/}

note()
{
    printf "$program: $1\\n" "${@:2}" >&2
}

fail()
{
    printf '%s: %s\n' "$program" "$@" >&2
    exit 1
}

packages_of()
{
    local group groups
    if [ "$*" = all ]; then
        mapfile -t groups < <(sed -n 's/^\([a-z0-9]*\):.*/\1/p' "$list" | sort -u)
        set -- "${groups[@]}"
    fi
    for group in "$@"; do
        grep -q "^$group:" "$list" || fail "no group '$group' in samples/packages"
        sed -n "s/^$group: *//p" "$list" | tr -s ' ' '\n'
    done
}

is_missing()
{
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null || true)" != installed ]
}

[ $# -gt 0 ] || fail "name at least one group of samples/packages"
wanted=$(packages_of "$@")
command -v dpkg-query >/dev/null ||
    fail "this is no Debian system: install the counterparts of these yourself:" "$wanted"

missing=()
for package in $wanted; do
    if is_missing "$package"; then
        missing+=("$package")
    fi
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null ||
        fail "root is needed once, and there is no sudo: apt-get install ${missing[*]}"
    as_root=(sudo)
fi
as_root+=(env DEBIAN_FRONTEND=noninteractive LC_ALL=C)

note 'missing packages (%d): %s' ${#missing[@]} "${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
run_apt()
{
    "${as_root[@]}" apt-get -q -o Acquire::Retries=5 "$@" >"$log" 2>&1
}
apt_failed()
{
    tail -n 20 "$log" >&2
    fail "apt-get failed, see above; by hand: apt-get install ${missing[*]}"
}
install=(install -o DPkg::Lock::Timeout=300 --no-install-recommends)
run_apt update || apt_failed
run_apt "${install[@]}" --assume-no "${missing[@]}" || true # a plan
plan=$(grep -E 'newly installed|^Need to get|^After this operation' "$log" || true)
note 'installing these and what they depend on:'
printf '    %s\n' "${plan//$'\n'/$'\n    '}" >&2
note 'to undo: apt-get autoremove --purge %s' "${missing[*]}"
run_apt "${install[@]}" -y "${missing[@]}" || apt_failed

for build in "$here"/../*/build.ninja; do
    if [ -e "$build" ]; then
        folder=$(basename "$(dirname "$build")")
        note '%s was configured without them; to use them: meson setup --reconfigure %s' \
            "$folder" "$folder"
    fi
done
