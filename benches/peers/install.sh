#!/usr/bin/env bash
# Installs the peers from PyPI into an environment of their own under target/, at the versions of requirements.txt, where that is not
# done yet; prints the path of its Python. With `duckdb`, that one alone.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=target/peers/${1:-venv}
wanted=benches/peers/requirements.txt
if ! cmp -s "$wanted" "$here/installed"; then
    {
        python3 -m venv "$here"
        if [ $# -gt 0 ]; then
            "$here/bin/pip" install --quiet --disable-pip-version-check "$(grep "^$1==" "$wanted")"
        else
            "$here/bin/pip" install --quiet --disable-pip-version-check --requirement "$wanted"
        fi
        cp "$wanted" "$here/installed"
    } >&2
fi
printf '%s/%s/bin/python\n' "$PWD" "$here"
