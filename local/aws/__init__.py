"""A stand-in for AWS on loopback: AgentCore Identity, Runtime, Bedrock and Cognito's pages; moto for the rest."""
