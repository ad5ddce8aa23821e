// Loaded before the AgentCore CLI: lets the name of AgentCore's data plane lead to the AWS stand-in.
const fetchFromAws = globalThis.fetch;
const dataPlane = /^https:\/\/bedrock-agentcore\.[a-z0-9-]+\.amazonaws\.com(?=\/)/;
globalThis.fetch = (url, options) => fetchFromAws(String(url).replace(dataPlane, process.env.STACK_AWS_ENDPOINT), options);
