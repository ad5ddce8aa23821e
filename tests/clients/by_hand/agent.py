"""An agent as AgentCore's documentation teaches it: `agent.py PORT PROVIDER RETURN_URL DRIVE_API`.

It streams the link, waits as the SDK waits, and goes on with the token. With AgentCore's SDK and Google's client alone:
https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/identity-authentication.html
"""

import asyncio
import sys

from bedrock_agentcore import BedrockAgentCoreApp
from bedrock_agentcore.identity.auth import requires_access_token
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build

PORT, PROVIDER, RETURN_URL, DRIVE_API = sys.argv[1:]
SCOPE = "https://www.googleapis.com/auth/drive.metadata.readonly"

app = BedrockAgentCoreApp()


@app.entrypoint
async def invoke(_payload):
    said = asyncio.Queue()

    @requires_access_token(
        provider_name=PROVIDER,
        scopes=[SCOPE],
        auth_flow="USER_FEDERATION",
        callback_url=RETURN_URL,
        on_auth_url=lambda url: said.put_nowait({"open": url}),
        custom_parameters={"access_type": "offline", "prompt": "consent"},
    )
    async def list_files(*, access_token):
        drive = build(
            "drive",
            "v3",
            credentials=Credentials(access_token),
            client_options={"api_endpoint": DRIVE_API},
            cache_discovery=False,
        )
        with drive:
            whose = drive.about().get(fields="user(emailAddress)").execute()
            found = drive.files().list(orderBy="viewedByMeTime desc", pageSize=5, fields="files(name)").execute()
        return {"whose": whose["user"]["emailAddress"], "files": [file["name"] for file in found["files"]]}

    async def work():
        try:
            await said.put(await list_files())
        finally:
            await said.put(None)

    task = asyncio.create_task(work())
    while (event := await said.get()) is not None:
        yield event
    await task


app.run(port=int(PORT))
