"""Who may call what: access tokens, scopes, methods."""

import json

import pytest
from google.auth.exceptions import RefreshError
from googleapiclient.errors import HttpError

REALM = 'Bearer realm="https://accounts.google.com/"'
AUTH = "https://www.googleapis.com/auth/"
# One call of each method that is served, with the path's placeholders filled in.
CALLS = {
    "files.list": "/drive/v3/files",
    "files.get": "/drive/v3/files/root",
    "files.export": "/drive/v3/files/root/export?mimeType=text/plain",
    "about.get": "/drive/v3/about?fields=kind",
    "drives.list": "/drive/v3/drives",
    "drives.get": "/drive/v3/drives/x",
    "permissions.list": "/drive/v3/files/root/permissions",
    "permissions.get": "/drive/v3/files/root/permissions/x",
}
NOTHING_GRANTED = {
    "code": 403,
    "status": "PERMISSION_DENIED",
    "message": "Request had insufficient authentication scopes.",
}


def bearer(token):
    return {"authorization": f"Bearer {token}"}


def method(document, name):
    resource, verb = name.split(".")
    return document["resources"][resource]["methods"][verb]


@pytest.mark.parametrize(
    "scope",
    ["drive", "drive.readonly", "drive.metadata.readonly", "drive.file", "drive.meet.readonly", "drive.appdata"],
)
def test_each_method_takes_the_scopes_that_googles_document_gives_it(sign_in, standin, document, scope):
    token = sign_in("alice", scope)["access_token"]
    with standin.http() as http:
        for name, path in CALLS.items():
            response = http.get(path, headers=bearer(token))
            refused = "ACCESS_TOKEN_SCOPE_INSUFFICIENT" in response.text
            assert refused is (f"{AUTH}{scope}" not in method(document, name)["scopes"]), name


def test_a_call_without_an_access_token_is_googles_401(standin):
    with standin.http() as http:
        response = http.get("/drive/v3/about?fields=user")
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == REALM
    body = response.json()["error"]
    assert (body["status"], body["errors"][0]["reason"]) == ("UNAUTHENTICATED", "required")
    assert body["details"][0]["metadata"]["method"] == "google.apps.drive.v3.DriveAbout.Get"


def test_an_unknown_access_token_is_googles_401(standin):
    with standin.http() as http:
        response = http.get("/drive/v3/files", headers=bearer("nonsense"))
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == f'{REALM}, error="invalid_token"'
    assert response.json()["error"]["errors"] == [
        {
            "message": "Invalid Credentials",
            "domain": "global",
            "reason": "authError",
            "location": "Authorization",
            "locationType": "header",
        }
    ]


def test_with_an_access_token_only_googles_client_reports_a_401_as_a_refresh_error(drive, standin):
    alice = drive()
    standin.clock.pass_(hours=1)
    with pytest.raises(RefreshError):
        alice.files().list().execute()


@pytest.mark.parametrize(
    ("shape", "has_errors", "has_details"), [("a", True, False), ("b", False, True), ("c", True, True)]
)
def test_a_missing_scope_has_three_shapes(sign_in, standin, shape, has_errors, has_details):
    token = sign_in("alice")["access_token"]
    with standin.http() as http:
        http.post("/_standin/switches", json={"scope_error": shape})
        response = http.get("/drive/v3/drives", headers=bearer(token))
    body = response.json()["error"]
    assert response.status_code == 403
    assert body["message"] == "Request had insufficient authentication scopes."
    assert ("errors" in body, "details" in body) == (has_errors, has_details)
    assert 'error="insufficient_scope"' in response.headers["www-authenticate"]
    assert f"{AUTH}drive.readonly" in response.headers["www-authenticate"]


def test_metadata_scopes_reach_no_content(drive):
    alice = drive()
    file_id = alice.files().list(q="name = 'todo.txt'").execute()["files"][0]["id"]
    for request in (
        alice.files().get_media(fileId=file_id),
        alice.files().export(fileId=file_id, mimeType="text/plain"),
    ):
        with pytest.raises(HttpError) as caught:
            request.execute()
        body = json.loads(caught.value.content)["error"]
        assert (body["code"], body["errors"][0]["reason"]) == (403, "insufficientPermissions")


def test_drive_file_sees_nothing_that_was_not_picked(drive):
    assert drive("alice", "drive.file").files().list().execute()["files"] == []


def test_a_scope_that_covers_another_space_only_is_refused(sign_in, standin):
    token = sign_in("alice", "drive.appdata")["access_token"]
    with standin.http() as http:
        response = http.get("/drive/v3/files", headers=bearer(token))
        assert response.status_code == 403
        assert response.json()["error"]["errors"][0]["reason"] == "insufficientScopes"
        assert http.get("/drive/v3/files?spaces=appDataFolder", headers=bearer(token)).json()["files"] == []


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("POST", "/drive/v3/files"),
        ("PATCH", "/drive/v3/files/root"),
        ("DELETE", "/drive/v3/files/root"),
        ("DELETE", "/drive/v3/files/trash"),
        ("POST", "/drive/v3/files/root/copy"),
        ("POST", "/drive/v3/files/root/permissions"),
        ("POST", "/drive/v3/drives"),
    ],
)
def test_nothing_can_be_written_whatever_the_scopes(sign_in, standin, verb, path):
    token = sign_in("alice", "drive")["access_token"]
    with standin.http() as http:
        assert http.request(verb, path, headers=bearer(token)).status_code == 403
        assert http.request(verb, path).status_code == 401


def test_what_is_not_served_is_not_found(sign_in, standin):
    token = sign_in("alice", "drive.readonly")["access_token"]
    with standin.http() as http:
        for path in ("changes/startPageToken", "files/root/comments", "nonsense", "files/a/b/c", ""):
            assert http.get(f"/drive/v3/{path}", headers=bearer(token)).status_code == 404


def test_parameters_of_the_wrong_type_are_refused(sign_in, standin):
    token = sign_in("alice")["access_token"]
    with standin.http() as http:
        for query in ("pageSize=many", "supportsAllDrives=perhaps", "corpus=everyone", "pageSize=-1"):
            response = http.get(f"/drive/v3/files?{query}", headers=bearer(token))
            assert response.status_code == 400
            assert response.json()["error"]["errors"][0]["location"] == query.split("=")[0]
        assert http.get("/drive/v3/files?unheard=of", headers=bearer(token)).status_code == 200
