#!/usr/bin/env bash
# Installs the peers from PyPI into an environment of their own under target/, at the versions of requirements.txt, where that is not
# done yet; prints the directory of its commands, for the PATH. With `duckdb`, that one alone. `duckdb-python` there is its Python.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=target/peers/${1:-venv}
wanted=benches/peers/requirements.txt
cmp -s "$wanted" "$here/installed" || {
    python3 -m venv "$here"
    if [ $# -gt 0 ]; then
        "$here/bin/pip" install --quiet --disable-pip-version-check "$(grep "^$1==" "$wanted")"
    else
        "$here/bin/pip" install --quiet --disable-pip-version-check --requirement "$wanted"
    fi
    ln -sf python "$here/bin/duckdb-python"
    cp "$wanted" "$here/installed"
} >&2
printf '%s/%s/bin\n' "$PWD" "$here"
