#!/bin/sh
# The programs that tests drive: Chromium (pages), tesseract, poppler and ocrmypdf (scans), ip (networks of
# their own for the nodes of a cluster). As root on Debian and its kin, what is missing is installed. Elsewhere, tests that miss one are skipped, and say what to install.
set -u

missing=''
command -v chromium >/dev/null || command -v google-chrome >/dev/null ||
    missing="chromium fonts-dejavu-core fonts-noto-core" # Noto: the Arabic script
command -v ocrmypdf >/dev/null || missing="$missing tesseract-ocr poppler-utils ocrmypdf"
command -v ip >/dev/null || missing="$missing iproute2"

[ -n "$missing" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || exit 0
echo "Installing $missing" >&2
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # several words
{ apt-get update -qq && apt-get install -qq -y --no-install-recommends $missing; } >/dev/null ||
    echo "That did not work: tests that need it are skipped." >&2
exit 0
