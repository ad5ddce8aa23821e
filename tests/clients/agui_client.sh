#!/usr/bin/env bash
# AG-UI's client as it is published (npm package @ag-ui/client), against the agent: a question, the interrupt, a refusal,
# consent in a browser, the resume with its answer, an abort. agui_client.mjs has the steps.
#
#   tests/clients/agui_client.sh                        with a stack of its own, on free ports
#   STACK_AGENT_PORT=8080 STACK_SETTINGS=$PWD/.env.drive-agent/local/settings.env tests/clients/agui_client.sh
#                                                       with the stack that `make up` runs; disconnect first
#
# Any other endpoint of that stack that speaks AG-UI: AGUI_URL, AGUI_HEADERS (a JSON object, for a cookie and what goes with it),
# AGUI_SESSION_HEADER (empty where the conversation is the thread), AGUI_STOP_URL ({thread} is the thread's id), AGUI_PERSON
# (whose browser consents).
#
# Needs Node 20, the project's .venv and the registry of npm. The client is installed into AGUI_CLIENT_DIR (25 MB, kept;
# by default in the user's cache folder): a few seconds the first time.
set -euo pipefail

version=1.0.0
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
python=${PYTHON:-$root/.venv/bin/python}
export AGUI_INSTALLED=${AGUI_CLIENT_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/drive-agent/ag-ui-client-$version}

fail() {
  echo "agui_client.sh: $*" >&2
  exit 1
}

# limited SECONDS COMMAND …: macOS has no `timeout`.
limited() {
  if command -v timeout >/dev/null; then timeout --foreground "$@"; else "${@:2}"; fi
}

install_client() {
  local fresh=$AGUI_INSTALLED.fresh.$$
  mkdir -p "$fresh"
  (
    cd "$fresh"
    echo '{"private": true}' >package.json
    limited 200 npm install --no-audit --no-fund --ignore-scripts --silent "@ag-ui/client@$version"
  ) >&2 || { rm -rf "$fresh"; return 1; }
  # Moved as a whole, so that what is there is complete. Whoever was quicker has installed the same.
  [[ -d $AGUI_INSTALLED ]] || mv "$fresh" "$AGUI_INSTALLED"
  rm -rf "$fresh"
}

for program in node npm; do
  command -v "$program" >/dev/null || fail "$program is needed and was not found."
done
[[ -x $python ]] || fail "$python is needed: run \`make setup-venv\` first."
if [[ ! -d $AGUI_INSTALLED ]]; then
  echo "Installing @ag-ui/client $version …"
  install_client || fail "the client could not be installed from the npm registry."
fi
if [[ -z ${STACK_AGENT_PORT:-} || -z ${STACK_SETTINGS:-} ]]; then
  exec "$python" "$root/tests/clients/beside_stack.py" bash "${BASH_SOURCE[0]}"
fi
AGUI_STAND_IN=$(sed -n 's/^AWS_ENDPOINT_URL=//p' "$STACK_SETTINGS")
export AGUI_STAND_IN
if [[ -z ${AGUI_URL:-} ]]; then
  export AGUI_URL=http://127.0.0.1:$STACK_AGENT_PORT/invocations
  export AGUI_SESSION_HEADER=X-Amzn-Bedrock-AgentCore-Runtime-Session-Id
fi

export PYTHON=$python AGUI_CONSENT=$root/tests/clients/consent.py
limited 120 node "$root/tests/clients/agui_client.mjs" || fail "the client does not get on with $AGUI_URL."
echo "The AG-UI client $version works with $AGUI_URL."
