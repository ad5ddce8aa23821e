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


def test_settings_of_the_agent_that_make_sense_here_reach_it_and_no_others(tmp_path):
    mine = {
        "DRIVE_AGENT_CONTENTS": "off",
        "DRIVE_AGENT_GOOGLE_DOMAINS": "gmail.example",
        "DRIVE_AGENT_LOG_LEVEL": "DEBUG",
        "DRIVE_AGENT_AUDIT_KEY": "sample",
        "DRIVE_AGENT_MODE": "cloud",
        "DRIVE_AGENT_RETURN_URL": "https://elsewhere.example/callback",
    }
    environ = Stack(Options(home=tmp_path), SHELL | mine).agent_environ()
    assert {name: environ[name] for name in list(mine)[:4]} == dict(list(mine.items())[:4])
    assert environ["DRIVE_AGENT_MODE"] == "local"
    assert environ["DRIVE_AGENT_RETURN_URL"].startswith("http://localhost:")
    assert "DRIVE_AGENT_CONTENTS" not in agent_environ(tmp_path, ""), "an empty or absent one leaves the default"


def test_a_log_level_that_was_asked_for_in_code_is_used(tmp_path):
    options = Options(home=tmp_path, log_level="DEBUG")
    assert (
        Stack(options, SHELL | {"DRIVE_AGENT_LOG_LEVEL": "ERROR"}).agent_environ()["DRIVE_AGENT_LOG_LEVEL"] == "DEBUG"
    )
