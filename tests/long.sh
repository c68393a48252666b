#!/usr/bin/env bash
# What takes too long for every change: `tests/long.sh STAGE…`. Each stage prints its figures and has 45 minutes.
#   oracle   engine against oracle, 100,000 accounts of each set and setting; a run that was cut off goes on where it was
#   imports  a made-up book of ACCOUNTS (220,000: five million rows) into SQLite: the time of each stage, and memory;
#            then a list of 10,000 entries against as many accounts
#   schema   the server against its OpenAPI document, by schemathesis in an environment of its own under target/
set -euo pipefail
cd "$(dirname "$0")/.."

oracle() {
    cargo build --locked --release --quiet -p rate-service --bin rate
    timeout 45m python3 tests/oracle/compare.py --rate target/release/rate --root . \
        --accounts "${ACCOUNTS:-100000}" --seed "${SEED:-2}" --table --resume target/oracle
}

imports() {
    ACCOUNTS="${ACCOUNTS:-220000}" timeout 45m cargo test --locked --release --quiet -p rate-tests --test cli \
        -- --nocapture --test-threads 1 intake_lists::a_large_book_is_measured intake_lists::a_long_list_is_measured
}

schema() {
    cargo build --locked --release --quiet -p rate-service --bin rate
    local here=target/schema
    [ -x "$here/venv/bin/python" ] || { python3 -m venv "$here/venv" && "$here/venv/bin/pip" install -q schemathesis==4.32.5; }
    rm -rf "$here/run" && mkdir -p "$here/run"
    target/release/rate --lang en demo "$here/run/demo" --accounts 200 >"$here/run/demo.txt"
    target/release/rate book generate --accounts 2000 --seed 7 --area 990100 --out "$here/run/book" >"$here/run/book.txt"
    timeout 45m "$here/venv/bin/python" tests/rehearsal/schema.py --rate target/release/rate \
        --database "${DATABASE_URL:-sqlite:$here/run/rate.db}" --dir "$here/run" --book "$here/run/book" \
        --rules "$here/run/demo/rules" --parameters "$here/run/demo/parameters" --area 990100 --on 2022-07-01 \
        --examples "${EXAMPLES:-12}"
}

[ $# -gt 0 ] || { sed -n '2,6p' "$0"; exit 2; }
for stage in "$@"; do
    case $stage in
    oracle | imports | schema) began=$SECONDS; printf '== %s\n' "$stage"; "$stage"; printf '== %s: %d s\n' "$stage" $((SECONDS - began)) ;;
    *) printf 'no such stage: %s\n' "$stage"; exit 2 ;;
    esac
done
