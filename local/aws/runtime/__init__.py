"""AgentCore Runtime's edge: who may call, what reaches the container, how its failures are reported."""
