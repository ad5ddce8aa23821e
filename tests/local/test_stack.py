from local.stack import Options, Stack

SHELL = {"PATH": "/bin", "AWS_PROFILE": "mine", "ANTHROPIC_API_KEY": "sample", "DRIVE_AGENT_STATE": "elsewhere"}


def agent_environ(tmp_path, model):
    return Stack(Options(home=tmp_path, model=model), SHELL).agent_environ()


def test_without_a_real_model_nobodys_own_credentials_reach_the_agent(tmp_path):
    environ = agent_environ(tmp_path, "")
    assert environ["AWS_ACCESS_KEY_ID"] == "sample"
    assert not {"AWS_PROFILE", "ANTHROPIC_API_KEY"} & environ.keys()
    assert environ["DRIVE_AGENT_STATE"] == str(tmp_path / "state")


def test_a_model_on_bedrock_is_paid_with_the_persons_own_profile_and_asked_at_aws(tmp_path):
    environ = agent_environ(tmp_path, "bedrock:sample-model")
    assert environ["AWS_PROFILE"] == "mine"
    assert "AWS_ACCESS_KEY_ID" not in environ, "the samples would win over the profile"
    assert environ["AWS_ENDPOINT_URL_BEDROCK_RUNTIME"].startswith("https://bedrock-runtime.")
    assert environ["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:"), "everything else stays on this machine"
