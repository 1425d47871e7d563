#!/bin/sh
# Makes .venv hold the pinned, hashed requirements: `install.sh run` to serve, `install.sh dev` to test.
# `install.sh run FOLDER WHEEL` makes FOLDER the environment, and installs a wheel in place of this checkout.
# Done before and nothing changed: returns at once. Interrupted before: no stamp, so it starts from nothing.
# PYTHON names the interpreter (default python3).
set -eu
cd "$(dirname "$0")/.."

level=$1
venv=${2:-.venv}
wheel=${3:-}
stamp=$venv/winnow-stamp
torch_index=https://download.pytorch.org/whl/cpu
log=$venv/winnow-install.log

. requirements/sources.sh # borrow_pip_settings

say() { printf '%s\n' "$*" >&2; }
die() { say "winnow: $1"; shift; for hint; do say "  $hint"; done; exit 1; }

create() {
    base=${PYTHON:-python3}
    command -v "$base" >/dev/null || die "no $base here" \
        "Install Python 3.11, 3.12, 3.13 or 3.14, or name one: make PYTHON=/path/to/python3.12 ..."
    "$base" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' ||
        die "Python 3.11, 3.12, 3.13 or 3.14 is needed, and $base is $("$base" -V 2>&1)" \
            "Name another one: make PYTHON=python3.12 ..."
    "$base" -c 'import ensurepip, venv' 2>/dev/null || die "$base cannot make virtual environments" \
        "On Debian and Ubuntu: apt install python3-venv"
    say "Making $venv with $("$base" -V 2>&1)"
    "$base" -m venv --clear "$venv"
    pip -r requirements/uv.txt || say "uv could not be installed: going on with pip, which is slower"
}

pip() {
    "$venv/bin/python" -m pip install --disable-pip-version-check --quiet \
        --no-deps --only-binary :all: --require-hashes "$@"
}

uv() {
    [ -x "$venv/bin/uv" ] || return 1
    "$venv/bin/uv" pip install $quiet --python "$venv/bin/python" \
        --no-deps --only-binary :all: --require-hashes "$@"
}
quiet=''
[ -t 2 ] || quiet=--quiet # progress bars only when a person is watching

# First from where packages come from here, then from PyTorch's own index of CPU builds. Each with uv,
# then with pip: uv gives up when one of several sources cannot be reached, pip goes on to the next.
install_torch() {
    say "Installing PyTorch for the CPU (about 200 MB)"
    set -- -r requirements/torch.txt
    uv "$@" 2>"$log" ||
        uv --default-index "$torch_index" "$@" 2>>"$log" ||
        pip "$@" 2>>"$log" ||
        pip --index-url "$torch_index" --retries 1 "$@" 2>>"$log" ||
        no_torch "could not be fetched, neither from the package sources set up here nor from $torch_index" \
            "What was tried is in $log." \
            "Without access to either, name a folder with the wheel: PIP_FIND_LINKS=folder make ..."
    # Where no line of torch.txt fits the platform, nothing was installed and nothing failed.
    "$venv/bin/python" -c 'import importlib.metadata as m; m.version("torch")' 2>/dev/null ||
        no_torch "has no line in requirements/torch.txt" \
            "It lists Linux (x86_64, aarch64) and macOS (Apple silicon). On Windows, use WSL." \
            "Elsewhere, add a line for the platform with the hash of its wheel."
}

no_torch() {
    what=$1; shift
    die "PyTorch 2.13.0 for $("$venv/bin/python" -V) on $(uname -s) $(uname -m) $what" "$@"
}

install_project() {
    say "Installing Winnow and what it needs ($level)"
    set -- -r requirements/run.txt
    [ "$level" = run ] || set -- "$@" -r requirements/dev.txt
    uv "$@" || { say "Trying pip instead of uv"; pip "$@"; } ||
        die "the packages could not be installed, see above"
    # setuptools is pinned in run.txt (torch needs it), so the build fetches nothing.
    if [ -n "$wheel" ]; then set -- "$wheel"; else set -- -e .; fi
    "$venv/bin/python" -m pip install --disable-pip-version-check --quiet \
        --no-deps --no-build-isolation --no-index "$@" ||
        die "Winnow itself could not be installed, see above"
}

# Loads once what a server and a build load, so that its bytecode is kept: uv compiles none, and where the
# environment forbids Python to keep any, each start would compile all of it again. Sources may not be there yet,
# and those here are not the ones of a wheel.
compile() {
    [ -n "$wheel" ] || [ ! -f service/app.py ] || env -u PYTHONDONTWRITEBYTECODE ORT_DISABLE_TELEMETRY=1 "$venv/bin/python" -c \
        "import service.app, service.cli.build, service.cli.serve, service.cli.worker, service.serving, \
service.supervisor, onnxruntime, py3langid.langid, tokenizers" ||
        die "what was installed does not load, see above"
}

# A moved clone needs a new environment too: its scripts name its old place.
pins=$({ pwd -P; cat requirements/*.txt requirements/install.sh requirements/sources.sh; } | cksum)
project=$(cksum <pyproject.toml)
had_level='' had_pins='' had_project='' had_python=''
if [ -x "$venv/bin/python" ] && [ -f "$stamp" ]; then
    { read -r had_level; read -r had_pins; read -r had_project; read -r had_python; } <"$stamp" || true
fi

if [ "$had_pins" = "$pins" ] && [ "${PYTHON:-$had_python}" = "$had_python" ]; then
    [ "$had_level" = run ] || level=dev # never take the tools away again
    [ "$had_level" != "$level" ] || [ "$had_project" != "$project" ] || exit 0
    rm "$stamp"
    borrow_pip_settings
else
    had_python=${PYTHON:-python3}
    rm -f "$stamp"
    create
    borrow_pip_settings
    install_torch
fi
install_project
compile
printf '%s\n' "$level" "$pins" "$project" "$had_python" >"$stamp.new"
mv "$stamp.new" "$stamp"
