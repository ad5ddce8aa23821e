"""The AgentCore CLI as it is published. `agentcore_cli.sh` says what is done, and can be run by itself.

Where it is not run there is no test; `pytest` says why at its end.
"""

from tests.clients.scripts import not_run_because, run

if not not_run_because("node", "npm"):

    def test_the_agentcore_cli_validates_packages_and_talks_to_the_agent():
        code, said = run("agentcore_cli.sh")
        assert code == 0, said
