"""Where the browser comes back to: completes with the caller's token, which is the first line of standard input.

Prints its return URL when it listens: `http://localhost:9090/callback`, but on a port that is free. With AgentCore's
SDK and the standard library alone.
"""
# ruff: noqa: T201 - its URL is its result

import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

from bedrock_agentcore.services.identity import IdentityClient, UserTokenIdentifier
from botocore.exceptions import ClientError

identity = IdentityClient("us-west-2")
caller = UserTokenIdentifier(user_token=sys.stdin.readline().strip())


class Callback(BaseHTTPRequestHandler):
    def do_GET(self):
        query = parse_qs(urlsplit(self.path).query)
        try:
            identity.complete_resource_token_auth(session_uri=query["session_id"][0], user_identifier=caller)
            status, text = 200, "Done. You can close this page."
        except KeyError:
            status, text = 400, "There is no session_id in this address."
        except ClientError as error:
            status, text = 403, error.response["Error"]["Message"]
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        """The request line holds the session URI."""


server = HTTPServer(("127.0.0.1", 0), Callback)
print(f"http://localhost:{server.server_port}/callback", flush=True)
server.serve_forever()
