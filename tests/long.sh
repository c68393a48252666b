#!/usr/bin/env bash
# What takes too long for every change: `tests/long.sh STAGE…`. Each stage prints its figures and has 45 minutes.
#   oracle   engine against oracle, 100,000 accounts of each set and setting; a run that was cut off goes on where it was
#   imports  a made-up book of ACCOUNTS (220,000: five million rows) into SQLite: the time of each stage, and memory;
#            then a list of 10,000 entries against as many accounts
#   schema   the server against its OpenAPI document, EXAMPLES (12) of each operation under each key, by schemathesis
#   january  the rehearsal of a January with ACCOUNTS (300,000), on SQLite and on PostgreSQL
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
    PATH="$(tests/rehearsal/schemathesis.sh):$PATH" RATE_TEST_REQUIRE=schemathesis RATE_SCHEMA_EXAMPLES="${EXAMPLES:-12}" \
        timeout 45m cargo test --locked --release --quiet -p rate-tests --test cli -- --nocapture every_operation_answers
}

january() {
    for bin in /usr/lib/postgresql/*/bin; do PATH="$PATH:$bin"; done
    RATE_REHEARSAL_ACCOUNTS="${ACCOUNTS:-300000}" RATE_TEST_REQUIRE=python3,postgres \
        timeout 45m cargo test --locked --release --quiet -p rate-tests --test cli -- --nocapture january_is_rehearsed
}

[ $# -gt 0 ] || { sed -n '2,7p' "$0"; exit 2; }
for stage in "$@"; do
    case $stage in
    oracle | imports | schema | january) began=$SECONDS; printf '== %s\n' "$stage"; "$stage"; printf '== %s: %d s\n' "$stage" $((SECONDS - began)) ;;
    *) printf 'no such stage: %s\n' "$stage"; exit 2 ;;
    esac
done
