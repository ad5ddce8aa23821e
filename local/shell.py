"""Which variables of this shell the stack's processes get to see; everything else about them is decided there. Pure."""

from collections.abc import Mapping

__all__ = ["AGENT_SETTINGS", "CALLBACK_SETTINGS", "chosen", "inherited", "model_credentials"]

# Settings of the agent that may be tried out here; all others are decided by where the stand-ins are.
AGENT_SETTINGS = ("DRIVE_AGENT_CONTENTS", "DRIVE_AGENT_GOOGLE_DOMAINS", "DRIVE_AGENT_LOG_LEVEL")
# The same of the callback service.
CALLBACK_SETTINGS = (
    "DRIVE_AGENT_GOOGLE_DOMAINS",
    "DRIVE_AGENT_GOOGLE_EMAIL",
    "DRIVE_AGENT_SIGN_IN",
    "DRIVE_AGENT_TOKEN_FILE",
)

_INHERITED = ("HOME", "LANG", "LC_ALL", "PATH", "SYSTEMROOT", "TMPDIR", "TZ", "VIRTUAL_ENV")
# With a real model these pass as well, so that it can be paid for; the stand-ins take any key but the sample's own.
_MODEL_CREDENTIALS = (
    "ANTHROPIC_",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    "OPENAI_",
    "GEMINI_",
    "MISTRAL_",
)


def chosen(environ: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    """Those of the names that are set and not empty."""
    return {name: environ[name] for name in names if environ.get(name)}


def inherited(environ: Mapping[str, str]) -> dict[str, str]:
    """What every process gets."""
    return {name: environ[name] for name in _INHERITED if name in environ}


def model_credentials(environ: Mapping[str, str]) -> dict[str, str]:
    """What an agent with a real model gets beside."""
    return {name: value for name, value in environ.items() if name.startswith(_MODEL_CREDENTIALS)}
