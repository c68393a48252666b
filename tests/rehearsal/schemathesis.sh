#!/usr/bin/env bash
# Installs schemathesis from PyPI into an environment of its own under target/, where it is missing; prints where its
# commands are, for the PATH.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=target/schemathesis
[ -x "$here/bin/schemathesis" ] || {
    python3 -m venv "$here"
    "$here/bin/pip" install --quiet --disable-pip-version-check schemathesis==4.32.5
} >&2
printf '%s/%s/bin\n' "$PWD" "$here"
