"""The two AWS services that this one talks to: AgentCore Runtime and AgentCore Identity."""
