#!/usr/bin/env bash
# AG-UI's client as it is published, against the web chat's endpoint: agui_client.sh as somebody who has signed in there.
#
#   tests/clients/agui_web.sh    with a stack of its own, on free ports
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
python=${PYTHON:-$root/.venv/bin/python}
exec "$python" "$root/tests/clients/beside_stack.py" "$python" "$root/tests/clients/agui_web.py"
