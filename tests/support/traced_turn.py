"""`python -m tests.support.traced_turn`: a turn with consent and Drive calls, traced; prints its spans as JSON lines.

A process of its own: OpenTelemetry takes one tracer provider for the life of a process, and Strands one tracer.
"""

import sys

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tests.support.model import call, say
from tests.support.world import World
from tools.errors import AccessTokenRejectedError


def main() -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    world = World(
        [call("list_files")],
        [say("Two files.")],
        [call("search_files", "t2", words="budget")],
        [say("I need your consent again.")],
        RuntimeError("the model broke"),
        granted=False,
    )
    bare = World([call("list_files")], granted=False, DRIVE_AGENT_CONNECT_URL="")  # AgentCore's own URL in the chat
    world.ask("list my files")  # a pause for consent
    world.tokens.consent()
    world.resume()
    # Google has taken the grant back: the token is refused, read again, refused again, and consent is asked for.
    world.drive.errors += [AccessTokenRejectedError("no"), AccessTokenRejectedError("no")]
    world.tokens.granted = False
    world.ask("find the budget")
    world.ask("and now?")
    world.ask("still there?")
    bare.ask("list my files")
    provider.force_flush()
    for span in exporter.get_finished_spans():
        sys.stdout.write(span.to_json(indent=None) + "\n")


if __name__ == "__main__":
    main()
