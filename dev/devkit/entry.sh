# Sourced by the commands in dev/: finds a Python that can run devkit and Odoo 19, and hands over to it.

_usable() {
    "$1" -c 'import sys, venv, ensurepip; sys.exit(not (3, 10) <= sys.version_info < (3, 14))' 2>/dev/null
}

_find_python() {
    local name
    for name in python3 python3.12 python3.13 python3.11 python3.10 /usr/bin/python3; do
        if _usable "$name"; then
            echo "$name"
            return
        fi
    done
    return 1
}

_install_python() {
    [[ $EUID -eq 0 ]] && command -v apt-get >/dev/null || return 1
    echo "Installing Python with apt" >&2
    { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
        python3 python3-venv ca-certificates; } >&2 </dev/null
}

# devkit MODULE [ARGUMENT...]: becomes that module's process.
devkit() {
    local python module="$1" dev
    shift
    dev="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
    if ! python="$(_find_python)" && ! { _install_python && python="$(_find_python)"; }; then
        echo "Missing: Python 3.10 to 3.13 with venv. Get it: apt install python3 python3-venv, as root." >&2
        exit 1
    fi
    PYTHONPATH="$dev" exec "$python" -m "devkit.$module" "$@"
}
