from __future__ import annotations

from openmentor.foundation.ui import assets


def test_the_bundle_is_kept_for_ever_and_comes_small(client):
    answer = client.get(assets.address("app.css"), headers={"Accept-Encoding": "br"})
    assert answer.status_code == 200
    assert "immutable" in answer["Cache-Control"]
    assert answer["Content-Encoding"] == "br"


def test_a_file_without_a_hash_in_its_name_is_asked_for_again(client):
    answer = client.get("/static/mfa/js/webauthn.js")
    assert answer.status_code == 200
    assert "immutable" not in answer["Cache-Control"]
