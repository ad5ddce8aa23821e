"""Finding the deployed agent."""

from typing import TYPE_CHECKING

from deploy.errors import ConflictingResourceError

if TYPE_CHECKING:
    from mypy_boto3_bedrock_agentcore_control import BedrockAgentCoreControlClient

_NAME = "drive_agent"


def find_arn(control: "BedrockAgentCoreControlClient") -> str | None:
    """Return the ARN of the one runtime named `drive_agent`, or `<project>_drive_agent` as the AgentCore CLI does.

    Raises:
        ConflictingResourceError: several runtimes have such a name.
    """
    arns: list[str] = []
    for page in control.get_paginator("list_agent_runtimes").paginate():
        arns += [
            runtime["agentRuntimeArn"]
            for runtime in page["agentRuntimes"]
            if runtime["agentRuntimeName"] == _NAME or runtime["agentRuntimeName"].endswith(f"_{_NAME}")
        ]
    if len(arns) > 1:
        raise ConflictingResourceError(
            f"Several runtimes could be the agent: choose with --runtime-arn. {', '.join(arns)}"
        )
    return arns[0] if arns else None
