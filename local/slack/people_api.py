"""auth.test, conversations.*, users.info, apps.connections.open and openid.connect.*: who is who, and where."""

import hmac
from typing import Any  # JSON answers

from local.people import Person
from local.slack.calls import Answer, Call, Perform
from local.slack.errors import SlackError
from local.slack.keys import person_claims
from local.slack.workspace import TEAM_DOMAIN, TEAM_NAME, USERS, Channel

__all__ = ["PEOPLE_METHODS"]


def _auth_test(call: Call) -> Answer:
    app = call.state.app
    return {
        "url": f"https://{TEAM_DOMAIN}.example/",
        "team": TEAM_NAME,
        "user": app.name.lower().replace(" ", "_"),
        "team_id": app.team_id,
        "user_id": app.bot_user_id,
        "bot_id": app.bot_id,
        "is_enterprise_install": False,
    }


def _shown(channel: Channel, call: Call) -> Answer:
    app = call.state.app
    if channel.is_im:
        shown: dict[str, Any] = {"id": channel.id, "is_im": True, "user": channel.user, "is_open": True}
    else:
        is_member = app.bot_user_id in channel.members
        shown = {"id": channel.id, "name": channel.name, "is_channel": True, "is_im": False, "is_member": is_member}
        shown |= {"is_private": False, "is_ext_shared": False, "is_archived": False}
    if call.arguments.get("include_num_members"):
        shown["num_members"] = len(channel.members)
    if call.arguments.get("include_locale"):
        shown["locale"] = "en-US"
    return shown


def _open(call: Call) -> Answer:
    state = call.state
    users = [name.strip() for name in call.text("users").split(",") if name.strip()]
    if call.text("channel"):
        channel = state.rooms.for_app(call.text("channel"), state.app, writing=False)
        if not channel.is_im:
            raise SlackError("method_not_supported_for_channel_type")
        was_open = True
    elif not users:
        raise SlackError("users_list_not_supplied")
    elif len(users) > 1:
        raise SlackError("method_not_supported_for_channel_type")  # nobody here talks in groups
    else:
        was_open = state.rooms.is_open(users[0])
        channel = state.rooms.direct(users[0], state.app)
    shown = _shown(channel, call) if call.arguments.get("return_im") else {"id": channel.id}
    return {"channel": shown} | ({"no_op": True, "already_open": True} if was_open else {})


def _conversation(call: Call) -> Answer:
    channel = call.state.rooms.for_app(call.text("channel"), call.state.app, writing=False)
    needed = "im:read" if channel.is_im else "channels:read"
    if needed not in call.state.app.scopes:
        raise SlackError("missing_scope", needed=needed, provided=",".join(sorted(call.state.app.scopes)))
    return {"channel": _shown(channel, call)}


def _user(call: Call) -> Answer:
    person = USERS.get(call.text("user"))
    if person is None:
        raise SlackError("user_not_found")
    profile = {"real_name": person.display_name, "display_name": person.name}
    if "users:read.email" in call.state.app.scopes:
        profile["email"] = person.email
    shown = {
        "id": person.slack_id,
        "team_id": call.state.app.team_id,
        "name": person.name,
        "real_name": person.display_name,
        "deleted": False,
        "is_bot": False,
        "tz": "Asia/Tokyo" if person.locale == "ja-JP" else "Europe/Berlin",
        "profile": profile,
    }
    if call.arguments.get("include_locale"):
        shown["locale"] = person.locale
    return {"user": shown}


def _connection(call: Call) -> Answer:
    state = call.state
    ticket = state.tickets.socket()
    return {"url": f"{state.origin.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={state.app.app_id}"}


def _token(call: Call) -> Answer:
    state, app = call.state, call.state.app
    client_id, client_secret = call.basic or (call.text("client_id"), call.text("client_secret"))
    if client_id != app.client_id:
        raise SlackError("invalid_client_id")
    if not hmac.compare_digest(client_secret.encode(), app.client_secret.encode()):
        raise SlackError("bad_client_secret")
    if call.text("grant_type") not in {"", "authorization_code"}:
        # Token rotation is off for this app, so that there are no refresh tokens.
        raise SlackError("invalid_grant_type")
    grant, access_token = state.sign_ins.redeem(
        call.text("code"), call.text("redirect_uri"), call.text("code_verifier")
    )
    person = USERS[grant.user]
    id_token = state.keys.id_token(grant, person, app, state.origin, access_token, state.now)
    state.ledger.note("ID token", id_token)
    return {"access_token": access_token, "token_type": "Bearer", "id_token": id_token}


def _person(call: Call) -> tuple[Person, frozenset[str]]:
    grant = call.state.sign_ins.grant_of(call.bearer)
    if grant is None:
        raise SlackError("invalid_auth")
    return USERS[grant.user], grant.scopes


def _user_info(call: Call) -> Answer:
    person, scopes = _person(call)
    return person_claims(person, call.state.app, scopes)


PEOPLE_METHODS: dict[str, Perform] = {
    "auth.test": _auth_test,
    "conversations.open": _open,
    "conversations.info": _conversation,
    "users.info": _user,
    "apps.connections.open": _connection,
    "openid.connect.token": _token,
    "openid.connect.userInfo": _user_info,
}
