import asyncio
import json
import uuid

import pytest
from moto.moto_api._internal import mock_random

from local.aws.cognito.subjects import SteadySubjects

TARGET = b"AWSCognitoIdentityProviderService.AdminCreateUser"


class Moto:
    """In the place of moto: draws an id at every request, as a new user does."""

    def __init__(self):
        self.drawn = []
        self.bodies = []

    async def __call__(self, scope, receive, send):
        self.bodies.append((await receive())["body"])
        self.drawn.append(str(mock_random.uuid4()))


def ask(app, body, target=TARGET):
    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    asyncio.run(app({"type": "http", "headers": [(b"x-amz-target", target)]}, receive, None))


def created(name, pool="pool-1"):
    return json.dumps({"UserPoolId": pool, "Username": name}).encode()


def test_somebody_gets_the_same_subject_in_every_run_and_others_get_others():
    runs = []
    for _ in range(2):
        moto = Moto()
        app = SteadySubjects(moto)
        for body in (created("alice"), created("bob"), created("alice", "pool-2")):
            ask(app, body)
        runs.append(moto.drawn)
    assert runs[0] == runs[1]
    assert len(set(runs[0])) == 3
    assert all(uuid.UUID(each).version == 4 for each in runs[0])


def test_somebody_who_is_created_again_in_one_run_is_somebody_new():
    moto = Moto()
    app = SteadySubjects(moto)
    ask(app, created("alice"))
    ask(app, created("alice"))
    assert len(set(moto.drawn)) == 2


def test_what_is_drawn_afterwards_cannot_be_told_beforehand():
    after = []
    for _ in range(2):
        ask(SteadySubjects(Moto()), created("alice"))
        after.append(mock_random.uuid4())
    assert after[0] != after[1]


@pytest.mark.parametrize(
    ("body", "target"),
    [(created("alice"), b"AWSCognitoIdentityProviderService.SignUp"), (b"[]", TARGET), (b"", TARGET)],
)
def test_everything_else_goes_through_untouched(body, target):
    moto = Moto()
    for _ in range(2):
        ask(SteadySubjects(moto), body, target)
    assert moto.bodies == [body, body]
    assert moto.drawn[0] != moto.drawn[1]
