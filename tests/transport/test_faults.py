"""What servers say, mapped to the tree."""

from __future__ import annotations

import email.utils
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twentyql import errors, transport
from twentyql.faults import clean, map_status, read_roots, retry_after
from twentyql.transport import check_answer, graphql_errors, map_graphql_error


def said(message: str, **extensions: Any) -> dict[str, Any]:
    return {"message": message, "extensions": extensions} if extensions else {"message": message}


@pytest.mark.parametrize(
    ("error", "kind", "advice"),
    [
        (said("Token invalid.", code="UNAUTHENTICATED"), errors.AuthenticationError, "TWENTY_API_KEY"),
        (said("Token has expired.", code="UNAUTHENTICATED"), errors.AuthenticationError, "TWENTY_API_KEY"),
        (
            said("This API Key is revoked", code="FORBIDDEN", subCode="FORBIDDEN_EXCEPTION"),
            errors.AuthenticationError,
            "TWENTY_API_KEY",
        ),
        (said("no", code="FORBIDDEN", subCode="PERMISSION_DENIED"), errors.PermissionDeniedError, "role"),
        (said("Forbidden resource", code="FORBIDDEN"), errors.PermissionDeniedError, "TWENTY_API_KEY"),
        (said("Record not found", code="NOT_FOUND", subCode="RECORD_NOT_FOUND"), errors.RecordNotFoundError, ""),
        (said("boom", code="INTERNAL_SERVER_ERROR"), errors.ServerFaultError, ""),
        (said("bad filter", code="BAD_USER_INPUT", subCode="INVALID_ARGS_FILTER"), errors.RequestRefusedError, ""),
        (said('Cannot query field "people" on type "Query".'), errors.RequestRefusedError, "TWENTY_API_KEY"),
        (
            said('Cannot query field "x" on type "Query".', code="GRAPHQL_VALIDATION_FAILED"),
            errors.RequestRefusedError,
            "",
        ),
        ({"message": "slow down", "type": "RATE_LIMITED"}, errors.ThrottledError, "pace"),
        ({}, errors.RequestRefusedError, ""),
        ({"message": 3, "extensions": []}, errors.RequestRefusedError, ""),
        ({"message": "m", "extensions": {"code": {"a": 1}, "subCode": []}}, errors.RequestRefusedError, ""),
    ],
)
def test_codes_choose_the_class(error: dict[str, Any], kind: type[errors.ServerError], advice: str) -> None:
    mapped = map_graphql_error(error)
    assert type(mapped) is kind
    assert advice in mapped.advice
    assert bool(mapped.advice) == bool(advice)


def test_the_observed_throttle_tells_the_rate() -> None:
    error = map_graphql_error(
        said(
            "Limit reached (100 tokens per 60000 ms)",
            code="BAD_USER_INPUT",
            subCode="LIMIT_REACHED",
            userFriendlyMessage="x",
        )
    )
    assert isinstance(error, errors.ThrottledError)
    assert error.details == {"limit": 100, "window": 60.0}
    assert error.retry_after is None
    assert (error.code, error.sub_code) == ("BAD_USER_INPUT", "LIMIT_REACHED")


@pytest.mark.parametrize("code", ["RATE_LIMITED", "QUOTA_EXHAUSTED"])
def test_the_newer_throttle_tells_rate_and_wait(code: str) -> None:
    more = {"limitKind": "k", "limit": 50, "remaining": 0, "windowSeconds": 60, "retryAfterMs": 1200}
    error = map_graphql_error(said("Rate limited", code=code, **more))
    assert isinstance(error, errors.ThrottledError)
    assert error.retry_after == 1.2
    assert (error.details["limit"], error.details["window"]) == (50, 60)


@pytest.mark.parametrize("odd", [0, -1, "50", None, True, float("inf"), [1]])
def test_an_odd_limit_is_not_learned(odd: Any) -> None:
    error = map_graphql_error(said("m", code="RATE_LIMITED", limit=odd, windowSeconds=60, retryAfterMs=odd))
    assert isinstance(error, errors.ThrottledError)
    assert "limit" not in error.details
    assert error.retry_after is None


def test_details_keep_what_helps_and_drop_what_is_localised() -> None:
    error = map_graphql_error(
        said("dup", code="BAD_USER_INPUT", conflictingRecordId="id", userFriendlyMessage={"id": 1}, stacktrace=["x"])
    )
    assert error.details == {"conflictingRecordId": "id"}


def test_graphql_errors_reads_bodies() -> None:
    assert graphql_errors(b'{"data":{"a":[1,2]}}') == []
    assert graphql_errors(b'{"data":null,"errors":[{"message":"m"}]}') == [{"message": "m"}]
    check_answer(b'{"data":{}}')
    with pytest.raises(errors.RequestRefusedError, match="m"):
        check_answer(b'{"data":{},"errors":[{"message":"m"}]}')


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b'{"data":{"a":1}', b"[]", b"{}", b"<html>", b'{"errors":3}', b'{"errors":[3]}', b'{"data":"\xff'],
)
def test_a_body_that_is_no_whole_answer(body: bytes) -> None:
    with pytest.raises(errors.NotGraphQLError):
        check_answer(body)


def test_roots_come_where_every_error_is_of_one_that_did_not() -> None:
    came, boom = b'{"totalCount":1}', b'[{"message":"boom"}]'
    assert read_roots(b'{"data":{"a":%s,"b":null},"errors":%s}' % (came, boom)) == {"a": came}
    with pytest.raises(errors.ServerError, match="boom"):  # of a value in one of them, which is null because of it
        read_roots(b'{"data":{"a":%s,"b":%s},"errors":%s}' % (came, came, boom))
    with pytest.raises(errors.NotGraphQLError):
        read_roots(b'{"data":{"a":%s,"b":null}}' % came)


def test_retry_after_is_seconds_or_a_date() -> None:
    assert retry_after("3") == 3
    assert retry_after(" 1.5 ") == 1.5
    later = retry_after(email.utils.formatdate(time.time() + 100, usegmt=True))
    assert later is not None
    assert 98 < later <= 100
    assert retry_after(email.utils.formatdate(0, usegmt=True)) == 0
    assert [retry_after(v) for v in (None, "", "soon", "-1", "9" * 400)] == [None] * 5


@given(st.text(), st.integers(3, 300))
def test_cleaned_text_is_one_bounded_printable_line(text: str, most: int) -> None:
    line = clean(text, most)
    assert len(line) <= most
    assert line.isprintable()


def test_tokens_are_hidden() -> None:
    assert "abc123def" not in clean("got Bearer abc123def, no", 200)
    assert "c2lnbmF0dXJl" not in clean("key eyJhbGciOiJI.eyJzdWIiOi.c2lnbmF0dXJl", 200)


@given(
    st.integers(100, 599),
    st.binary(max_size=60),
    st.dictionaries(st.sampled_from(["Location", "Retry-After"]), st.text()),
)
def test_any_answer_is_mapped(status: int, body: bytes, headers: dict[str, str]) -> None:
    error = map_status(status, headers, body)
    assert error is None or isinstance(error, errors.ServerError)
    assert (error is None) == (200 <= status < 300 and body.lstrip().startswith(b"{"))


def test_the_transport_offers_the_mapping() -> None:
    assert {"map_graphql_error", "check_answer", "graphql_errors"} <= set(transport.__all__)
