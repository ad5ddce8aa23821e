"""Allow a workload identity one more return URL: `workload_identity.py NAME URL`. With AgentCore's SDK alone."""
# ruff: noqa: T201 - what it prints is its result

import json
import sys

from bedrock_agentcore.services.identity import IdentityClient

name, url = sys.argv[1:]
identity = IdentityClient("us-west-2")
before = identity.get_workload_identity(name=name).get("allowedResourceOauth2ReturnUrls", [])
identity.update_workload_identity(name=name, allowed_resource_oauth_2_return_urls=[*before, url])
after = identity.get_workload_identity(name=name)["allowedResourceOauth2ReturnUrls"]
print(json.dumps({"before": before, "after": after}))
