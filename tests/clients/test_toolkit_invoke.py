"""The older toolkit as it is published. `toolkit_invoke.sh` says what is done, and can be run by itself.

Where it is not run there is no test; `pytest` says why at its end.
"""

from tests.clients.scripts import not_run_because, run

if not not_run_because():

    def test_the_older_toolkit_invokes_the_agent_with_a_bearer_token():
        code, said = run("toolkit_invoke.sh")
        assert code == 0, said
