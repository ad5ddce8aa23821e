"""Batches, sent by Google's own client."""

import json

from googleapiclient.errors import HttpError


def test_calls_of_a_batch_are_answered_one_by_one(drive, standin):
    alice = drive()
    answers = {}

    def keep(name, answer, error):
        answers[name] = error or answer

    batch = alice.new_batch_http_request(callback=keep)
    batch.add(alice.files().get(fileId="root"), request_id="root")
    batch.add(alice.files().list(q="name = 'todo.txt'"), request_id="list")
    batch.add(alice.files().get(fileId="nothing"), request_id="missing")
    batch.add(alice.drives().list(), request_id="drives")
    batch.execute()
    assert answers["root"]["name"] == "My Drive"
    assert [file["name"] for file in answers["list"]["files"]] == ["todo.txt"]
    assert isinstance(answers["missing"], HttpError)
    assert answers["missing"].status_code == 404
    assert json.loads(answers["drives"].content)["error"]["status"] == "PERMISSION_DENIED"
    with standin.http() as http:
        entry = http.get("/_standin/requests").json()["requests"][-1]
    assert (entry["path"], entry["params"]) == ("/batch/drive/v3", {"calls": 4})


def test_a_batch_of_more_than_a_hundred_calls_is_refused(sign_in, standin):
    token = sign_in("alice")["access_token"]
    part = "--b\r\nContent-Type: application/http\r\n\r\nGET /drive/v3/files/root HTTP/1.1\r\n\r\n\r\n"
    headers = {"content-type": "multipart/mixed; boundary=b", "authorization": f"Bearer {token}"}
    with standin.http() as http:
        few = http.post("/batch/drive/v3", content=part * 2 + "--b--\r\n", headers=headers)
        assert few.text.count("HTTP/1.1 200 OK") == 2
        many = http.post("/batch/drive/v3", content=part * 101 + "--b--\r\n", headers=headers)
        assert many.status_code == 400


def test_a_part_for_another_address_is_not_found(sign_in, standin):
    token = sign_in("alice")["access_token"]
    part = "--b\r\nContent-Type: application/http\r\n\r\nGET /_standin HTTP/1.1\r\n\r\n\r\n--b--\r\n"
    headers = {"content-type": "multipart/mixed; boundary=b", "authorization": f"Bearer {token}"}
    with standin.http() as http:
        assert "HTTP/1.1 404" in http.post("/batch/drive/v3", content=part, headers=headers).text


def test_what_is_no_batch_is_refused(standin):
    with standin.http() as http:
        for content_type, content in (
            ("application/json", "{}"),
            ("multipart/mixed", "x"),
            ("multipart/mixed; boundary=b", "--b\r\n\r\n\r\n--b--\r\n"),
            ("multipart/mixed; boundary=b", "x" * 3_000_000),
        ):
            response = http.post("/batch/drive/v3", content=content, headers={"content-type": content_type})
            assert response.status_code == 400, content_type
