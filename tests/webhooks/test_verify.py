"""A delivery is believed only if it is whole, signed, fresh and new."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twentyql.errors import ConfigError, WebhookRefusedError
from twentyql.webhooks.verify import SIGNATURE, TIMESTAMP, Verifier, sign

SECRET, NOW = "s3cret", 1_767_225_600.0
BODY = b'{"eventName":"company.created","record":{"id":"1"}}'


class Clock:
    now = NOW

    def __call__(self) -> float:
        return self.now


def headers(body: bytes = BODY, at: float = NOW, secret: str = SECRET) -> dict[str, str]:
    moment = round(at * 1000)
    return {TIMESTAMP: str(moment), SIGNATURE: sign(secret, moment, body), "X-Twenty-Webhook-Nonce": "0" * 32}


def refused(verifier: Verifier, body: bytes, given: dict[str, str]) -> str:
    with pytest.raises(WebhookRefusedError) as error:
        verifier.check(body, given)
    return error.value.why


def test_true_is_believed_once_whatever_the_nonce() -> None:
    verifier = Verifier(SECRET, clock=Clock())
    given = headers()
    verifier.check(BODY, given)
    assert refused(verifier, BODY, {**given, "X-Twenty-Webhook-Nonce": "f" * 32}) == "replayed"
    assert refused(verifier, BODY, {name.upper(): value for name, value in given.items()}) == "replayed"
    assert refused(verifier, BODY, {**given, SIGNATURE: given[SIGNATURE].upper()}) == "replayed"


def test_altered_forged_unsigned() -> None:
    verifier = Verifier(SECRET, clock=Clock())
    given = headers()
    assert refused(verifier, BODY.replace(b"created", b"deleted"), given) == "forged"
    assert refused(verifier, BODY + b" ", given) == "forged"
    assert refused(verifier, BODY, headers(secret="other")) == "forged"
    assert refused(verifier, BODY, {**given, TIMESTAMP: str(int(given[TIMESTAMP]) + 1)}) == "forged"
    assert refused(verifier, BODY, {**given, SIGNATURE: "zz"}) == "forged"
    assert refused(verifier, BODY, {**given, SIGNATURE: ""}) == "unsigned"
    assert refused(verifier, BODY, {}) == "unsigned"
    verifier.check(BODY, given)  # nothing of that made it forget or remember


@pytest.mark.parametrize("age", [-301, 301, -(10**6), 10**6])
def test_stale(age: float) -> None:
    assert refused(Verifier(SECRET, clock=Clock()), BODY, headers(at=NOW - age)) == "stale"


def test_a_signature_is_remembered_as_long_as_it_could_pass_and_no_longer() -> None:
    clock = Clock()
    verifier = Verifier(SECRET, clock=clock)
    ahead = headers(at=NOW + 299)
    verifier.check(BODY, ahead)
    clock.now = NOW + 598
    assert refused(verifier, BODY, ahead) == "replayed"
    clock.now = NOW + 601
    assert refused(verifier, BODY, ahead) == "stale"
    verifier.check(BODY, headers(at=clock.now))
    assert verifier.remembered == 1


def test_two_secrets_while_one_is_changed() -> None:
    verifier = Verifier(["new", SECRET], clock=Clock())
    verifier.check(BODY, headers())
    verifier.check(BODY, headers(secret="new"))
    assert refused(verifier, BODY, headers(secret="third")) == "forged"


@pytest.mark.parametrize("secret", ["", [], ["a", ""]])
def test_no_secret_no_verifier(secret: str | list[str]) -> None:
    with pytest.raises(ConfigError):
        Verifier(secret)


@given(body=st.binary(max_size=64), at=st.integers(0, len(BODY) - 1), flip=st.integers(1, 255))
def test_any_other_body_is_refused(body: bytes, at: int, flip: int) -> None:
    altered = BODY[:at] + bytes([BODY[at] ^ flip]) + BODY[at + 1 :]
    for other in (altered, body):
        if other != BODY:
            assert refused(Verifier(SECRET, clock=Clock()), other, headers()) == "forged"


@given(st.text(max_size=40), st.text(max_size=70))
def test_junk_headers_are_refused(timestamp: str, signature: str) -> None:
    with pytest.raises(WebhookRefusedError):
        Verifier(SECRET, clock=Clock()).check(BODY, {TIMESTAMP: timestamp, SIGNATURE: signature})
