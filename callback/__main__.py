"""`python -m callback`: the service alone, for whoever brings the front end, as `agentcore invoke` is one."""

from callback.serving import serve

if __name__ == "__main__":
    serve()
