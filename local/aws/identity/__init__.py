"""AgentCore Identity: workload identities, credential providers, the token vault, the browser's front channel."""
