"""Try again what another try can help: errors marked ``retryable``, with exponential jitter on an injected sleep."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, wait_exponential_jitter

from twentyql.errors import ServerError, ThrottledError

T = TypeVar("T")

MOST_THROTTLES = 50
LONGEST_WAIT = 60.0


class _Budget:
    """How many more failures one call may have: ``attempts`` of its own, and throttles beside them."""

    def __init__(self, attempts: int, throttles: int) -> None:
        self._attempts = attempts
        self._throttles = throttles
        self.made = 0
        self.backoff = wait_exponential_jitter(multiplier=0.25, max=15.0, jitter=0.25)

    def spent(self, state: RetryCallState) -> bool:
        """Count the failure of ``state`` and say whether it was the last one allowed."""
        self.made += 1
        if isinstance(_error(state), ThrottledError):
            self._throttles -= 1
        else:
            self._attempts -= 1
        return self._attempts <= 0 or self._throttles <= 0

    def wait(self, state: RetryCallState) -> float:
        """Seconds until the next try. A throttle waits in the pacer; a server that names a time is obeyed."""
        error = _error(state)
        if isinstance(error, ThrottledError):
            return 0.0
        named = error.details.get("retry_after") if isinstance(error, ServerError) else None
        least = min(float(named), LONGEST_WAIT) if isinstance(named, (int, float)) else 0.0
        return max(least, self.backoff(state))


async def with_retries(
    call: Callable[[], Awaitable[T]],
    *,
    attempts: int = 6,
    throttles: int = MOST_THROTTLES,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    on_retry: Callable[[ServerError, int], object] | None = None,
) -> T:
    """What ``call`` gives, tried up to ``attempts`` times while its errors are retryable.

    Throttles are not counted among the attempts, but at most ``throttles`` of them are borne; a deadline is the
    caller's (``asyncio.timeout``). ``on_retry`` gets each error that is tried again and the number of tries so far.
    The last error itself is raised, and says how often it was tried.
    """
    try:
        return await call()  # nearly always the only try, so it costs no more than itself
    except ServerError as error:
        if not error.retryable:
            raise
        failed: ServerError | None = error
    budget = _Budget(max(1, attempts), max(1, throttles))

    async def again() -> T:
        nonlocal failed
        if failed is not None:
            error, failed = failed, None
            raise error
        return await call()

    def before_sleep(state: RetryCallState) -> None:
        error = _error(state)
        if on_retry is not None and isinstance(error, ServerError):
            on_retry(error, budget.made)

    retrying = AsyncRetrying(
        sleep=_plain(sleep),
        stop=budget.spent,
        wait=budget.wait,
        retry=retry_if_exception(_worth_it),
        before_sleep=before_sleep,
        reraise=True,
    )
    try:
        return await retrying(again)
    except ServerError as error:
        tries = budget.made if _worth_it(error) else budget.made + 1
        if tries > 1:
            error.message = f"{error.message.removesuffix('.')} (tried {tries} times)."
            error.args = (error.message,)
        raise


def _worth_it(error: BaseException) -> bool:
    return isinstance(error, ServerError) and error.retryable


def _error(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome is not None else None


def _plain(sleep: Callable[[float], Awaitable[object]]) -> Callable[[float], Awaitable[None]]:
    async def slept(seconds: float) -> None:
        await sleep(seconds)

    return slept
