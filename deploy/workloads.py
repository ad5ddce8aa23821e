"""The return URL on the workload identities that consent runs under.

AgentCore sends the browser back only to a URL on the workload identity's list, and UpdateWorkloadIdentity
replaces that list: read, merge, write.
https://docs.aws.amazon.com/bedrock-agentcore-control/latest/APIReference/API_UpdateWorkloadIdentity.html
"""

from typing import TYPE_CHECKING

from deploy.report import Outcome, Step

if TYPE_CHECKING:
    from mypy_boto3_bedrock_agentcore_control import BedrockAgentCoreControlClient


def ensure_own(control: "BedrockAgentCoreControlClient", name: str, return_url: str) -> Step:
    """Create or update a workload identity of ours."""
    step = _merge(control, name, return_url)
    if step is None:
        control.create_workload_identity(name=name, allowedResourceOauth2ReturnUrls=[return_url])
        step = Step(f"workload identity {name}", Outcome.CREATED, return_url)
    return step


def ensure_managed(control: "BedrockAgentCoreControlClient", name: str, return_url: str) -> Step:
    """Update the workload identity of a Runtime; only a deployment can create it."""
    return _merge(control, name, return_url) or Step(
        f"workload identity {name}", Outcome.WAITING, "does not exist yet: deploy first, then run setup again"
    )


def _merge(control: "BedrockAgentCoreControlClient", name: str, return_url: str) -> Step | None:
    try:
        found = control.get_workload_identity(name=name)
    except control.exceptions.ResourceNotFoundException:
        return None
    return_urls = found.get("allowedResourceOauth2ReturnUrls", [])
    if return_url in return_urls:
        return Step(f"workload identity {name}", Outcome.UNCHANGED)
    control.update_workload_identity(name=name, allowedResourceOauth2ReturnUrls=[*return_urls, return_url])
    return Step(f"workload identity {name}", Outcome.UPDATED, return_url)
