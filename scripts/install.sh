#!/bin/sh
# Make (or repair) the virtual environment and install cutis into it, with its developer tools.
# usage: scripts/install.sh [FOLDER]      PYTHON=/path/to/python3 chooses the interpreter
set -eu
venv=${1:-.venv}
oldest='3.11'

# A candidate counts only if it runs: a launcher on the PATH may stand for a Python not installed.
is_new_enough() {
    "$1" -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' >/dev/null 2>&1
}
makes_environments() {
    "$1" -c 'import venv, ensurepip' >/dev/null 2>&1
}

uv=''
if command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1; then uv=uv; fi

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        set -- "$PYTHON"
    else
        set -- python3.11 python3.12 python3.13 python3.14 python3 python \
            /usr/local/bin/python3 /opt/homebrew/bin/python3 \
            "${HOME:-/}"/.pyenv/versions/3.*/bin/python3
    fi
    without_venv=''
    for name in "$@"; do
        is_new_enough "$name" || continue
        if [ -n "$uv" ] || makes_environments "$name"; then
            "$name" -c 'import sys; print(sys.executable)'
            return 0
        fi
        without_venv=$name
    done
    if [ -n "$without_venv" ]; then
        echo "$without_venv is new enough but cannot make virtual environments: the modules" \
            "'venv' and 'ensurepip' are missing. Install them (on Debian and Ubuntu: apt-get" \
            "install python3-venv) or install uv, then run the same command again." >&2
    else
        given=${PYTHON:-python3}
        echo "cutis needs Python $oldest or newer and found none" \
            "($given here is: $("$given" --version 2>&1 || true)). Install one, or name it:" \
            "make PYTHON=/path/to/python3 ..." >&2
    fi
    return 1
}

if ! is_new_enough "$venv/bin/python"; then
    python=$(find_python)
    echo "Making $venv with $python" >&2
    rm -rf "$venv"
    if [ -n "$uv" ]; then
        uv venv --quiet --python "$python" "$venv"
    else
        "$python" -m venv "$venv"
    fi
fi

if [ -n "$uv" ] && ! uv pip install --python "$venv/bin/python" -e '.[dev]'; then
    echo "uv could not install the packages; trying pip" >&2
    uv=''
fi
if [ -z "$uv" ]; then
    "$venv/bin/python" -m pip --version >/dev/null 2>&1 || "$venv/bin/python" -m ensurepip
    "$venv/bin/python" -m pip install --progress-bar off -e '.[dev]'
fi
