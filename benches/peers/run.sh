#!/usr/bin/env bash
# Everything of this directory, one behind the other: installs the peers into an environment of their own under target/, compares,
# times, and draws the curves of cost. What is done is kept under target/peers; the same command goes on where it was stopped.
#
#   benches/peers/run.sh --accounts 1000000 [--most 5000000] [--note TEXT] [--without-curves] [options of side_by_side.py]
#
# `--most` is the last point of the curve over accounts; `--readme benches/README.md` puts the tables into that page.
#
# RATE=PATH names the program; else target/dist/rate, or target/release/rate.
set -euo pipefail
cd "$(dirname "$0")/../.."
accounts=100000 most= note= rounds=5 curves=1 rest=()
while [ $# -gt 0 ]; do
    case $1 in
        --accounts) accounts=$2; shift 2 ;;
        --most) most=$2; shift 2 ;;
        --note) note=$2; shift 2 ;;
        --rounds) rounds=$2; shift 2 ;;
        --without-curves) curves=; shift ;;
        *) rest+=("$1"); shift ;;
    esac
done
if [ -z "${RATE:-}" ]; then
    for it in target/dist/rate target/release/rate; do [ -x "$it" ] && { RATE=$it; break; }; done
fi
[ -x "${RATE:-}" ] || { echo "no program: build it, or say RATE=PATH" >&2; exit 2; }

python=$(benches/peers/install.sh)/python
source=benches/peers/loop.rs
if command -v rustc >/dev/null && { [ ! -x target/peers/loop ] || [ "$source" -nt target/peers/loop ]; }; then
    rustc --edition 2024 -O -C overflow-checks=on -o target/peers/loop "$source"
fi
"$python" benches/peers/side_by_side.py --rate "$RATE" --accounts "$accounts" --rounds "$rounds" \
    --note "$note" ${rest[@]+"${rest[@]}"}
if [ -n "$curves" ]; then
    "$python" benches/peers/curves.py --rate "$RATE" --most "${most:-$accounts}" --rounds "$rounds" --note "$note"
fi
