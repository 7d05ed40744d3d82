#!/bin/sh
# Makes the workbooks again: make.sh NODE_MODULES, where that directory holds exceljs
# 4.4.0 and xlsx 0.18.5. Needs node, python3 and LibreOffice (soffice).
set -e
here=$(cd "$(dirname "$0")" && pwd)
out=$(dirname "$here")
tmp=$(mktemp -d)
trap 'rm -r "$tmp"' EXIT
NODE_PATH=$1 node "$here/exceljs.js" "$out/exceljs.xlsx"
NODE_PATH=$1 node "$here/sheetjs.js" "$out"
python3 "$here/libreoffice.py" "$tmp/libreoffice.fods"
soffice "-env:UserInstallation=file://$tmp/profile" --headless --convert-to xlsx --outdir "$out" "$tmp/libreoffice.fods" >/dev/null
