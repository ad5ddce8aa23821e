"""The whole flow from one program that is its own callback, for a user it names itself: `complete.py PROVIDER USER_ID`.

Prints the link to open, then, when the person has come back, whether there is a token. With AgentCore's SDK alone.
"""
# ruff: noqa: T201 - what it prints is its result

import asyncio
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

from bedrock_agentcore.services.identity import IdentityClient, UserIdIdentifier

provider, user_id = sys.argv[1:]
identity = IdentityClient("us-west-2")


class Callback(BaseHTTPRequestHandler):
    def do_GET(self):
        session_uri = parse_qs(urlsplit(self.path).query)["session_id"][0]
        identity.complete_resource_token_auth(session_uri, UserIdIdentifier(user_id=user_id))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"Done. You can close this page.")

    def log_message(self, *_):
        """The request line holds the session URI."""


server = HTTPServer(("127.0.0.1", 0), Callback)
return_url = f"http://localhost:{server.server_port}/callback"
workload = identity.create_workload_identity(allowed_resource_oauth_2_return_urls=[return_url])["name"]
workload_access_token = identity.get_workload_access_token(workload, user_id=user_id)["workloadAccessToken"]


class UntilTheBrowserIsBack:
    """Waits for the callback instead of asking every few seconds."""

    async def poll_for_token(self):
        server.handle_request()
        return await get_token()


def get_token():
    return identity.get_token(
        provider_name=provider,
        scopes=["https://www.googleapis.com/auth/drive.metadata.readonly"],
        agent_identity_token=workload_access_token,
        on_auth_url=lambda url: print(url, flush=True),
        auth_flow="USER_FEDERATION",
        callback_url=return_url,
        token_poller=UntilTheBrowserIsBack(),
    )


print("a token" if asyncio.run(get_token()) else "no token")
