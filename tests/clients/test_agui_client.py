"""AG-UI's own client as it is published. `agui_client.sh` says what is done, and can be run by itself.

Where it is not run there is no test; `pytest` says why at its end.
"""

import pytest

from tests.clients.scripts import not_run_because, run

if not not_run_because("node", "npm"):

    @pytest.mark.parametrize("endpoint", ["agui_client.sh", "agui_web.sh"])
    def test_the_ag_ui_client_asks_consents_resumes_and_stops(endpoint):
        code, said = run(endpoint)
        assert code == 0, said
