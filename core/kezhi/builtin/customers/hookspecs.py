"""Hooks of the customer file."""

from __future__ import annotations

from kezhi.hookspecs import spec
from kezhi.users import User

from .contributions import FormPart, ScoreCard, ServiceTiers


@spec("view")
def customer_form_parts(customer_id: int | None, user: User) -> list[FormPart]:  # type: ignore[empty-body]
    """What: parts of the form of a customer file, saved in the transaction of the record.

    Arguments: ``customer_id`` is None while a file is being opened; only offer what ``user`` may change. Returns:
    parts. Called by: the form of a customer file. On error: dropped; what was typed into it before keeps the form from
    being saved.
    """


@spec("view", firstresult=True)
def customer_service_tiers() -> ServiceTiers | None:
    """What: the service tiers of the company, and which of them each customer has (GRD-26).

    Returns: tiers with a select of ``customer_id, tier``, or None when there are none yet: then all customers have one
    default tier. Called by: ``service_tiers`` of the customer file, for its pages and for apps that promise times by
    tier. On error: the default tier.
    """


@spec("view")
def customer_score_cards() -> list[ScoreCard]:  # type: ignore[empty-body]
    """What: score cards by which customers can be judged, each with its reasons.

    Returns: score cards; their keys are unique within the app. Called by: ``score_cards`` of the customer file, for
    apps that decide something by a score without having a score machinery of their own. On error: dropped.
    """
