"""The baseline of a start: a minimal agent of the shape that public AgentCore samples have, `python baseline_agent.py`.

It imports at the top what the product uses (Strands, the AgentCore SDK, Google's client), so that nothing is answered
before everything is loaded, and makes its clients with the first turn. Stands alone: it shares no code with the product
and reads its settings from the environment, as the samples do.
"""

import os
from collections.abc import AsyncGenerator
from typing import Any

import httplib2
from bedrock_agentcore import BedrockAgentCoreApp
from bedrock_agentcore.identity import requires_access_token
from googleapiclient.discovery import build
from strands import Agent, tool
from strands.models import BedrockModel

SCOPES = ["https://www.googleapis.com/auth/drive.metadata.readonly"]
PROMPT = "You help one person find things in their Google Drive. Today is Friday 2026-11-20, in Europe/Berlin."

app = BedrockAgentCoreApp()
agents: list[Agent] = []


def _refuse(_: str) -> None:
    raise RuntimeError("consent is missing")


@tool
def list_files(folder: str = "", order: str = "opened", limit: int = 20) -> str:
    """List files in the person's Google Drive, last opened first.

    Args:
        folder: Empty for everything.
        order: "opened", "changed" or "name".
        limit: How many files to return, 1 to 100.
    """
    del folder, order

    @requires_access_token(
        provider_name="google-drive-provider",
        scopes=SCOPES,
        auth_flow="USER_FEDERATION",
        on_auth_url=_refuse,
        callback_url=os.environ["DRIVE_AGENT_RETURN_URL"],
        custom_parameters={"access_type": "offline", "prompt": "consent select_account"},
    )
    def read(*, access_token: str) -> str:
        drive = build(
            "drive",
            "v3",
            http=httplib2.Http(),
            client_options={"api_endpoint": f"{os.environ['DRIVE_AGENT_GOOGLE_API_URL']}drive/v3/"},
        )
        request = drive.files().list(
            pageSize=limit, orderBy="viewedByMeTime desc", fields="files(id,name,mimeType,modifiedTime,webViewLink)"
        )
        request.headers["authorization"] = f"Bearer {access_token}"
        files = request.execute()["files"]
        found = f"Looked for: files\nSearched: everything\nFound: {len(files)} files, all shown"
        rows = [f"[{number}] {file['name']} | {file['mimeType']}" for number, file in enumerate(files, 1)]
        return "\n".join([found, *rows])

    return str(read())


@app.entrypoint
async def invoke(payload: dict[str, Any]) -> AsyncGenerator[Any]:
    """Answer one turn, as Strands streams it."""
    if not agents:
        model = BedrockModel(model_id="global.anthropic.claude-sonnet-4-6", region_name=os.environ["AWS_REGION"])
        agents.append(Agent(model=model, tools=[list_files], system_prompt=PROMPT, callback_handler=None))
    async for event in agents[0].stream_async(payload["prompt"]):
        if "event" in event:
            yield event


if __name__ == "__main__":
    app.run(port=int(os.environ["PORT"]))
