"""Which errors are tried again, how often, and after how long."""

from __future__ import annotations

import asyncio

import pytest

from twentyql.errors import ConnectError, RequestRefusedError, ServerError, ServerFaultError, ThrottledError
from twentyql.execute.retry import with_retries


class Script:
    """A call that fails as written and then gives its number of calls."""

    def __init__(self, *failures: BaseException) -> None:
        self.failures = list(failures)
        self.calls = 0
        self.slept: list[float] = []

    async def __call__(self) -> int:
        self.calls += 1
        if self.failures:
            raise self.failures.pop(0)
        return self.calls

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


async def test_a_call_that_works_is_made_once() -> None:
    script = Script()
    assert await with_retries(script, sleep=script.sleep) == 1
    assert script.slept == []


async def test_retryable_errors_are_tried_again_with_growing_waits() -> None:
    told: list[tuple[str, int]] = []
    script = Script(*(ConnectError(str(i)) for i in range(5)))
    tries = await with_retries(script, sleep=script.sleep, on_retry=lambda e, n: told.append((e.message, n)))
    assert tries == 6
    assert len(script.slept) == 5
    assert all(0.25 * 2**i <= s <= 0.25 * 2**i + 0.25 for i, s in enumerate(script.slept))
    assert told == [(str(i), i + 1) for i in range(5)]


async def test_the_last_error_itself_is_raised_with_the_number_of_tries() -> None:
    last = ConnectError("No connection.", advice="Check.")
    script = Script(ServerFaultError("x"), ConnectError("y"), last)
    with pytest.raises(ConnectError) as caught:
        await with_retries(script, attempts=3, sleep=script.sleep)
    assert caught.value is last
    assert str(last) == "No connection (tried 3 times). Check."
    assert last.args == ("No connection (tried 3 times).",)


async def test_other_errors_are_raised_at_once() -> None:
    marked = ConnectError("wrong address")
    marked.retryable = False
    for error in (RequestRefusedError("bad"), marked, ValueError("x"), asyncio.CancelledError()):
        script = Script(error)
        with pytest.raises(type(error)) as caught:
            await with_retries(script, sleep=script.sleep)
        assert caught.value is error
        assert script.calls == 1
        assert "tried" not in str(error)


async def test_a_final_error_after_retries_says_so() -> None:
    script = Script(ConnectError("a"), RequestRefusedError("bad."))
    with pytest.raises(RequestRefusedError, match="tried 2 times"):
        await with_retries(script, sleep=script.sleep)


async def test_throttles_do_not_count_as_attempts_and_wait_elsewhere() -> None:
    script = Script(*(ThrottledError("t") for _ in range(40)), ConnectError("c"))
    assert await with_retries(script, attempts=2, sleep=script.sleep) == 42
    assert script.slept[:40] == [0.0] * 40


async def test_throttles_are_bounded() -> None:
    script = Script(*(ThrottledError("t") for _ in range(60)))
    with pytest.raises(ThrottledError, match="tried 50 times"):
        await with_retries(script, sleep=script.sleep)


async def test_a_named_wait_is_obeyed_within_reason() -> None:
    script = Script(
        ServerFaultError("a", details={"retry_after": 7.0}), ServerFaultError("b", details={"retry_after": 9e9})
    )
    await with_retries(script, sleep=script.sleep)
    assert script.slept == [7.0, 60.0]


async def test_a_deadline_ends_the_waiting() -> None:
    async def call() -> None:
        raise ServerFaultError("x")

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await with_retries(call, sleep=lambda _: asyncio.sleep(3600))


async def test_errors_of_the_server_only() -> None:
    assert issubclass(ThrottledError, ServerError)
