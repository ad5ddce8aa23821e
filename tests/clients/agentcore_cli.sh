#!/usr/bin/env bash
# The AgentCore CLI as it is published (npm package @aws/agentcore), against this project: validate, package, and the
# transcripts of docs/agentcore.md, with invoke and dev.
#
#   tests/clients/agentcore_cli.sh                        with a stack of its own, on free ports
#   STACK_AGENT_PORT=8080 STACK_SETTINGS=$PWD/.env.drive-agent/local/settings.env tests/clients/agentcore_cli.sh
#                                                         with the stack that `make up` runs; disconnect alice first
#
# Needs Node 20, the project's .venv, and the registries of npm and Python packages. The CLI is installed into
# AGENTCORE_CLI_DIR (500 MB, kept; by default in the user's cache folder). About a minute the first time, then 30 s.
# Nothing is written into the checkout: the CLI works on a copy of the tracked files.
set -euo pipefail

version=0.30.0
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
python=${PYTHON:-$root/.venv/bin/python}
installed=${AGENTCORE_CLI_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/drive-agent/agentcore-cli-$version}
export PATH="$PATH:$root/.venv/bin" # for uv, with which the CLI packages

fail() {
  echo "agentcore_cli.sh: $*" >&2
  exit 1
}

# limited SECONDS COMMAND …: a registry that stalls is an answer, too. macOS has no `timeout`.
limited() {
  if command -v timeout >/dev/null; then timeout --foreground "$@"; else "${@:2}"; fi
}

# Two dependencies cannot be resolved everywhere: the web inspector is left out, the others are pinned to versions
# that can. The shrinkwrap goes because it names them. Install scripts are not run.
install_cli() {
  local fresh=$installed/.fresh.$$
  mkdir -p "$fresh"
  (
    cd "$fresh"
    tar xzf "$(limited 120 npm pack --silent "@aws/agentcore@$version")"
    cd package
    rm -f npm-shrinkwrap.json
    node -e '
      const fs = require("fs");
      const manifest = JSON.parse(fs.readFileSync("package.json"));
      delete manifest.dependencies["@aws/agent-inspector"];
      delete manifest.devDependencies;
      delete manifest.scripts;
      manifest.dependencies["@aws-sdk/client-s3files"] = "3.1053.0";
      manifest.dependencies["@aws-cdk/toolkit-lib"] = "1.40.1";
      manifest.overrides = {"cdk-from-cfn": "0.334.0", "@aws-cdk/cloud-assembly-api": "2.4.0"};
      fs.writeFileSync("package.json", JSON.stringify(manifest));'
    limited 400 npm install --omit=dev --no-audit --no-fund --ignore-scripts --silent
  ) >&2 || { rm -rf "$fresh"; return 1; }
  # Moved as a whole, so that what is there is complete. Whoever was quicker has installed the same.
  [[ -d $installed/package ]] || mv "$fresh/package" "$installed/package"
  rm -rf "$fresh"
}

cli() {
  limited 300 node "$installed/package/dist/cli/index.mjs" "$@" </dev/null
}

# Sample secrets under the names that must never be packaged; the CLI is told about none of them.
copy_with_secrets() {
  (cd "$root" && git ls-files -z | while IFS= read -r -d '' file; do
    if [[ -f $file ]]; then printf '%s\0' "$file"; fi
  done | tar --null -cf - -T -) | tar -xf - -C "$1"
  local name
  for name in .env .env.local .env.drive-agent/local/settings.env .env.cache/mypy/sample agentcore/.env.local .venv/lib/sample .git/config; do
    mkdir -p "$(dirname "$1/$name")"
    echo "SAMPLE_SECRET=sample" >"$1/$name"
  done
}

for program in node npm git; do
  command -v "$program" >/dev/null || fail "$program is needed and was not found."
done
[[ -x $python ]] || fail "$python is needed: run \`make setup-venv\` first."
if [[ ! -d $installed/package/node_modules ]]; then
  echo "Installing @aws/agentcore $version …"
  install_cli || fail "the CLI could not be installed from the npm registry."
fi
if [[ -z ${STACK_AGENT_PORT:-} || -z ${STACK_SETTINGS:-} ]]; then
  exec "$python" "$root/tests/clients/beside_stack.py" bash "${BASH_SOURCE[0]}"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The CLI's own settings go into the same place: no telemetry, and no look for newer versions.
export AGENTCORE_CONFIG_DIR=$work/config AGENTCORE_TELEMETRY_DISABLED=1
export AWS_ACCESS_KEY_ID=sample AWS_SECRET_ACCESS_KEY=sample AWS_EC2_METADATA_DISABLED=true
mkdir -p "$work/config" "$work/project"
printf '{"lastCheck": %s000, "latestVersion": "%s"}' "$(date +%s)" "$version" >"$work/config/update-check.json"
copy_with_secrets "$work/project"
cd "$work/project"

echo "agentcore validate"
said=$(cli validate) || fail "validate refused agentcore/: $said"
echo "  $said"

echo "agentcore package"
said=$(cli package 2>&1) || fail "package failed: $said"
said=$("$python" "$root/tests/clients/package_contents.py" agentcore/drive_agent.zip 2>&1) || fail "$said"
echo "  $said"

# What `agentcore deploy` would have left: where the runtime is.
arn=$(sed -n 's/^DRIVE_AGENT_RUNTIME_ARN=//p' "$STACK_SETTINGS")
mkdir -p agentcore/.cli
cat >agentcore/.cli/deployed-state.json <<JSON
{"targets": {"default": {"resources": {"runtimes": {"drive_agent": {
  "runtimeId": "${arn##*/}", "runtimeArn": "$arn", "roleArn": "arn:aws:iam::123456789012:role/sample"
}}}}}}
JSON

# A stack that runs may have been connected before, and the session of `agentcore dev` is always the same one.
PYTHONPATH=$root "$python" - 2>/dev/null <<PYTHON || fail "the agent on port $STACK_AGENT_PORT does not answer."
from local.talk import Talk
talk = Talk("http://127.0.0.1:$STACK_AGENT_PORT", runtime_session="local-dev-session")
talk.action("disconnect")
talk.action("forget")
PYTHON

export AGENTCORE_CLI=$installed/package/dist/cli/index.mjs
PYTHONPATH=$root limited 300 "$python" "$root/tests/clients/transcripts.py" "$PWD" || fail "docs/agentcore.md is not what happens."
echo "The AgentCore CLI $version works with this project."
