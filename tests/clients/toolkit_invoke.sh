#!/usr/bin/env bash
# The older toolkit as it is published (bedrock-agentcore-starter-toolkit 0.3.14): `agentcore invoke` with a bearer
# token, through the Runtime of the AWS stand-in.
#
#   tests/clients/toolkit_invoke.sh              with a stack of its own, on free ports
#   STACK_SETTINGS=.env.drive-agent/local/settings.env tests/clients/toolkit_invoke.sh   with the one of `make up`
#
# Needs the project's .venv, uv and the registry of Python packages. The toolkit is installed into a venv of its own,
# in AGENTCORE_TOOLKIT_DIR (kept; by default in the user's cache folder).
set -euo pipefail

version=0.3.14
question="which files did I open last?"
person=alice@example.com
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
python=${PYTHON:-$root/.venv/bin/python}
installed=${AGENTCORE_TOOLKIT_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/drive-agent/agentcore-toolkit-$version}
export PATH="$PATH:$root/.venv/bin" # for uv

fail() {
  echo "toolkit_invoke.sh: $*" >&2
  exit 1
}

# limited SECONDS COMMAND …: macOS has no `timeout`.
limited() {
  if command -v timeout >/dev/null; then timeout --foreground "$@"; else "${@:2}"; fi
}

setting() {
  sed -n "s/^$1=//p" "$STACK_SETTINGS"
}

# Our own virtual environment is none of its business: it brings other versions of what we pin.
install_toolkit() {
  rm -rf "$installed"
  limited 60 uv venv --quiet --python "$python" "$installed" &&
    VIRTUAL_ENV=$installed limited 300 uv pip install --quiet "bedrock-agentcore-starter-toolkit==$version" &&
    touch "$installed/complete"
}

[[ -x $python ]] || fail "$python is needed: run \`make setup-venv\` first."
command -v uv >/dev/null || fail "uv is needed and was not found."
if [[ ! -f $installed/complete ]]; then
  echo "Installing bedrock-agentcore-starter-toolkit $version …"
  install_toolkit || fail "the toolkit could not be installed from the package registry."
fi
if [[ -z ${STACK_SETTINGS:-} ]]; then
  exec "$python" "$root/tests/clients/beside_stack.py" bash "${BASH_SOURCE[0]}"
fi

[[ -f $STACK_SETTINGS ]] || fail "there is no settings file $STACK_SETTINGS."
STACK_SETTINGS=$(cd "$(dirname "$STACK_SETTINGS")" && pwd)/$(basename "$STACK_SETTINGS")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# What `agentcore configure` and `deploy` would have left. Without `account` it asks STS who it is, and without
# `authorizer_configuration` it ignores the bearer token.
cat >.bedrock_agentcore.yaml <<YAML
default_agent: drive_agent
agents:
  drive_agent:
    name: drive_agent
    entrypoint: main.py
    aws:
      account: '123456789012'
      region: $(setting AWS_REGION)
    bedrock_agentcore:
      agent_arn: $(setting DRIVE_AGENT_RUNTIME_ARN)
    authorizer_configuration:
      customJWTAuthorizer:
        discoveryUrl: $(setting DRIVE_AGENT_OIDC_DISCOVERY_URL)
        allowedClients: [$(setting DRIVE_AGENT_CLI_CLIENT_ID)]
YAML

token=$(DRIVE_AGENT_SETTINGS=$STACK_SETTINGS "$python" "$root/cli.py" token --user "$person") || fail "no token."
runtime_session="toolkit-$("$python" -c 'import uuid; print(uuid.uuid4())')"

# It writes into the terminal's width, so the terminal is made wide enough not to break a link or a name.
invoke() {
  BEDROCK_AGENTCORE_DP_ENDPOINT=$(setting AWS_ENDPOINT_URL) COLUMNS=20000 NO_COLOR=1 \
    AGENTCORE_SUPPRESS_RECOMMENDATION=1 AWS_EC2_METADATA_DISABLED=true \
    limited 120 "$installed/bin/agentcore" invoke "$1" --bearer-token "$token" --session-id "$runtime_session" 2>&1 |
    sed -e '/^╭/d' -e '/^│/d' -e '/^╰/d' # the frame around what it says last
}

# It shows our events as the JSON that they are; this puts their text together.
text_of() {
  "$python" -c '
import json, sys
events = [json.loads(line) for line in sys.stdin if line.startswith("{\"event\"")]
print("".join(event["event"]["contentBlockDelta"]["delta"]["text"] for event in events))'
}

# In a stack that runs, this person may have been connected before.
said=$(invoke '{"action": "disconnect"}') || fail "invoke failed: $said"

echo "agentcore invoke '{\"prompt\": \"$question\"}' --bearer-token …"
said=$(invoke "{\"prompt\": \"$question\"}") || fail "invoke failed: $said"
link=$(grep -o 'http://localhost:[0-9]*/connect/google-drive[?A-Za-z0-9=_-]*' <<<"$said" | head -1) ||
  fail "the first answer should hold a link to connect Drive, but it is: $said"
echo "  asks for consent: $link"

said=$("$python" "$root/tests/clients/consent.py" "$link" "$person" 2>&1) || fail "consent was not given: $said"
echo "$person consents"
echo "  $said"

echo "agentcore invoke '{\"prompt\": \"$question\"}' --bearer-token …"
said=$(invoke "{\"prompt\": \"$question\"}") || fail "invoke failed: $said"
answer=$(text_of <<<"$said")
[[ $answer == *"1. [Roadmap 2026](https://"* ]] || fail "the answer should list “Roadmap 2026”, but it is: $said"
head -3 <<<"$answer" | sed 's/^/  /'
echo "The toolkit $version works with this project."
