#!/bin/sh
# Which Pythons and platforms each pin has a wheel for, as a table: `make platforms`. Nothing is installed.
# Looks the pins of run.txt and torch.txt up where packages come from here, then torch on PyTorch's own index.
set -eu
cd "$(dirname "$0")/.."

venv=.venv
pythons='3.11 3.12 3.13 3.14'
# As uv names them; of macOS the first version that all pins have wheels for.
platforms='x86_64-manylinux_2_28 aarch64-manylinux_2_28 aarch64-apple-darwin'
export MACOSX_DEPLOYMENT_TARGET=14.0 UV_HTTP_RETRIES=1
torch_index=$(sed -n 's/^torch_index=//p' requirements/install.sh)
errors=$(mktemp)
trap 'rm -f "$errors"' EXIT

. requirements/sources.sh
borrow_pip_settings

find() {
    "$venv/bin/uv" --quiet pip install --dry-run --target "$errors.none" --python "$venv/bin/python" \
        --python-version "$python" --python-platform "$platform" \
        --no-deps --only-binary :all: --require-hashes "$@" 2>"$errors" && return
    # One line of the reason, else that nobody could be asked.
    reason=$(sed -n 's/^ *cause: //p' "$errors" | tr '\n' ' ' | cut -c1-160)
    return 1
}

found=0
printf 'Installed here: %s on %s %s. Which others have wheels:\n\n' "$("$venv/bin/python" -V)" "$(uname -s)" "$(uname -m)"
printf '| Python | platform | run.txt | torch.txt |\n|---|---|---|---|\n'
for python in $pythons; do
    for platform in $platforms; do
        run=yes torch=yes
        find -r requirements/run.txt || { run="no: $reason"; found=1; }
        find -r requirements/torch.txt ||
            find --default-index "$torch_index" -r requirements/torch.txt ||
            case $reason in
            *fetch* | *connect* | *request* | '') torch='its index could not be asked from here' ;;
            *) torch="no: $reason"; found=1 ;;
            esac
        printf '| %s | %s | %s | %s |\n' "$python" "$platform" "$run" "$torch"
    done
done
exit "$found"
