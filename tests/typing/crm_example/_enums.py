"""The options of SELECT, MULTI_SELECT and RATING fields. Written by `twentyql generate`; do not edit."""

from __future__ import annotations

from typing import Literal, TypeAlias

ActorSourceEnum: TypeAlias = Literal[
    "EMAIL",
    "CALENDAR",
    "WORKFLOW",
    "AGENT",
    "API",
    "IMPORT",
    "MANUAL",
    "SYSTEM",
    "WEBHOOK",
    "APPLICATION",
]

CompanyWorkPolicyEnum: TypeAlias = Literal[
    "ON_SITE",
    "HYBRID",
    "REMOTE_WORK",
]

OpportunityStageEnum: TypeAlias = Literal[
    "NEW",
    "SCREENING",
    "MEETING",
    "PROPOSAL",
    "CUSTOMER",
]

PersonPerformanceRatingEnum: TypeAlias = Literal[
    "RATING_1",
    "RATING_2",
    "RATING_3",
    "RATING_4",
    "RATING_5",
]
