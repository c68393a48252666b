#!/usr/bin/env bash
# What takes too long for every change: `tests/long.sh STAGE…`. Each stage prints its figures and has 45 minutes.
#   oracle   engine against oracle, 100,000 accounts of each set and setting; a run that was cut off goes on where it was
#   imports  a made-up book of ACCOUNTS (220,000: five million rows) into SQLite: the time of each stage, and memory
set -euo pipefail
cd "$(dirname "$0")/.."

oracle() {
    cargo build --locked --release --quiet -p rate-service --bin rate
    timeout 45m python3 tests/oracle/compare.py --rate target/release/rate --root . \
        --accounts "${ACCOUNTS:-100000}" --seed "${SEED:-2}" --table --resume target/oracle
}

imports() {
    ACCOUNTS="${ACCOUNTS:-220000}" timeout 45m cargo test --locked --release --quiet -p rate-tests --test cli \
        -- --nocapture intake_lists::a_large_book_is_measured
}

[ $# -gt 0 ] || { sed -n '2,4p' "$0"; exit 2; }
for stage in "$@"; do
    case $stage in
    oracle | imports) began=$SECONDS; printf '== %s\n' "$stage"; "$stage"; printf '== %s: %d s\n' "$stage" $((SECONDS - began)) ;;
    *) printf 'no such stage: %s\n' "$stage"; exit 2 ;;
    esac
done
