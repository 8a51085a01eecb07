#!/bin/sh
# Installs those of the named Debian packages that are missing, where that is possible; says which where not.
set -u

command -v dpkg-query >/dev/null 2>&1 || exit 0
missing=""
for package in "$@"; do
    # A library may have been renamed (libglib2.0-0t64): what provides the name counts.
    if ! dpkg-query -W -f '${Status} ${Package} ${Provides}\n' 2>/dev/null |
        grep -q "^install ok installed .*\b$package\b"; then
        missing="$missing $package"
    fi
done
[ -z "$missing" ] && exit 0

if [ "$(id -u)" = 0 ]; then
    become=""
elif command -v sudo >/dev/null 2>&1; then
    become="sudo"
else
    echo "These system packages are missing and only an administrator may install them:$missing" >&2
    exit 0
fi
echo "Installing system packages:$missing"
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086
$become apt-get -qq update && $become apt-get -qq install -y --no-install-recommends $missing >/dev/null ||
    echo "Not all of these system packages could be installed:$missing" >&2
exit 0
