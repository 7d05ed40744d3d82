#!/usr/bin/env bash
# Verifies the units, with a program that exists where theirs will be.
set -euo pipefail
cd "$(dirname "$0")"
units=$(mktemp -d)
trap 'rm -r "$units"' EXIT
cp sent-import.timer "$units"
sed 's#/usr/bin/sent-import#/bin/true#' sent-import.service >"$units/sent-import.service"
sed 's#/usr/bin/sent-import-fleet#/bin/true#' ../../sent-import-fleet/deploy/sent-import-fleet.service >"$units/sent-import-fleet.service"
systemd-analyze verify "$units"/sent-import*
