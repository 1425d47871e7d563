# Where packages come from here, for uv: read by install.sh and platforms.sh, with `venv` set to an environment.
# shellcheck shell=sh disable=SC2154

# uv does not read pip's settings: hand it the ones that say where packages come from.
# `config list` merges all of pip's files and PIP_ variables; `config get` reads the user's file alone.
pip_setting() {
    "$venv/bin/python" -m pip config list 2>/dev/null |
        sed -n "s/^\\(global\\|install\\|:env:\\)\\.$1='\\(.*\\)'\$/\\2/p" | tail -n 1
}
borrow_pip_settings() {
    links=${PIP_FIND_LINKS:-$(pip_setting find-links)}
    links=${UV_FIND_LINKS:-$(printf '%s' "$links" | tr -s ' \n' ',')}
    index=${UV_DEFAULT_INDEX:-${PIP_INDEX_URL:-$(pip_setting index-url)}}
    cert=${SSL_CERT_FILE:-${PIP_CERT:-$(pip_setting cert)}}
    [ -z "$links" ] || export UV_FIND_LINKS="$links"
    [ -z "$index" ] || export UV_DEFAULT_INDEX="$index"
    [ -z "$cert" ] || export SSL_CERT_FILE="$cert"
}
