"""The bodies of the Platform's callbacks, in the shapes of Vibes' pages.

Sources: Vibes acquisition-campaign-callbacks, subscription-callbacks, person callbacks,
unmatched-message-callbacks.
"""

from __future__ import annotations

from typing import assert_never

from simulator.domain.account import Account, SubscriptionList
from simulator.domain.lines import Delivery
from simulator.domain.notices import (
    AlarmNotice,
    EventNotice,
    ListNotice,
    MoNotice,
    ParticipantNotice,
    PersonNotice,
    ReceiptNotice,
    SmppReceiptNotice,
    SubscriptionNotice,
    UnmatchedNotice,
)
from simulator.domain.numbers import format_mdn
from simulator.domain.person import Person
from simulator.domain.registrations import COMPANY_TYPES, EVENT_PROCESSED
from simulator.wire.platform_views import (
    Json,
    campaign_url,
    list_url,
    person,
    person_url,
    subscription_list,
)
from simulator.wire.times import platform_time, unmatched_time


def callback(account: Account, delivery: Delivery) -> Json:
    """The body of a Platform callback: what every type has, and the type's own member.

    Source: Vibes: callbacks.
    """
    body: Json = {
        "event_id": delivery.event_id,
        "callback_type": delivery.callback_type,
        "event_type": delivery.callback_type,
        "event_date": platform_time(delivery.queued_at),
    }
    notice, version = delivery.notice, delivery.version
    match notice:
        case PersonNotice():
            body["person"] = person(account, notice.person, version)
        case ParticipantNotice() if delivery.callback_type in COMPANY_TYPES.values():
            body["participant"] = _company_participant(account, notice, version)
        case ParticipantNotice():
            body["participant"] = _participant(account, notice, version)
        case ListNotice():
            item = SubscriptionList(id=notice.list_id, name=notice.name)
            body["subscription_list"] = subscription_list(account.company_key, item)
        case SubscriptionNotice():
            body["subscription"] = _subscription_told(account, notice, version)
        case EventNotice():
            del body["event_type"]
            body[EVENT_PROCESSED] = _event(account, notice)
        case UnmatchedNotice():
            body |= _unmatched(account, notice, version)
        case ReceiptNotice() | SmppReceiptNotice() | MoNotice() | AlarmNotice():
            raise TypeError(f"{type(notice).__name__} is no callback of the Platform's")
        case _:
            assert_never(notice)
    return body


def _told_person(company: str, person: Person, version: int) -> Json:
    return {
        "id": person.person_id,
        "external_id": person.external_person_id,
        "external_person_id": person.external_person_id,
        "person_key": person.person_key,
        "mobile_phone": {"mdn": format_mdn(person.mdn or "", version)},
        "url": person_url(company, person),
    }


def _participant(account: Account, notice: ParticipantNotice, version: int) -> Json:
    campaign = account.campaign(notice.campaign_id)
    return {
        "person": _told_person(account.company_key, notice.person, version),
        "acquisition_campaign": {
            "id": notice.campaign_id,
            "description": campaign.description if campaign else None,
            "url": campaign_url(account.company_key, notice.campaign_id),
            "keyword": notice.keyword,
        },
        "participation_date": platform_time(notice.participated_at),
        "expire_date": platform_time(notice.expires_at),
        "status": notice.status,
    }


def _event(account: Account, notice: EventNotice) -> Json:
    """The client's own event, and the step it has come to (Vibes: event-triggered-callbacks)."""
    action: Json = {"type": notice.stage, "status": notice.status, "status_reason": notice.reason}
    if notice.campaign is not None:
        base = f"/companies/{account.company_key}/mobiledb/event_triggered_messages"
        action["resource_url"] = f"{base}/{notice.campaign}"
    told: Json = {
        "event_id": notice.event_id,
        "event_type": notice.event_type,
        "event_data": notice.data,
        "action": action,
    }
    if bytes(notice.debug) != b"null":
        told["debug_data"] = notice.debug
    return told


def _company_participant(account: Account, notice: ParticipantNotice, version: int) -> Json:
    """The company-wide form, whose members the test event's schema names (inferred)."""
    campaign = account.campaign(notice.campaign_id)
    return {
        "id": notice.person.person_id,
        "person": _told_person(account.company_key, notice.person, version),
        "mobile_phone": {"mdn": format_mdn(notice.person.mdn or "", version)},
        "acquisition_campaign": {
            "api_key": notice.campaign_id,
            "description": campaign.description if campaign else None,
            "keyword": notice.keyword,
        },
        "subscription_list": {"id": campaign.list_id if campaign else None},
        "participation_date": platform_time(notice.participated_at),
        "expire_date": platform_time(notice.expires_at),
        "status": notice.status,
    }


def _subscription_told(account: Account, notice: SubscriptionNotice, version: int) -> Json:
    told: Json = {
        "person": _told_person(account.company_key, notice.person, version),
        "subscription_list": {
            "id": notice.list_id,
            "url": list_url(account.company_key, notice.list_id),
        },
        "opt_in_date": platform_time(notice.opt_in_at),
    }
    if notice.opt_out_at is not None:
        told["opt_out_date"] = platform_time(notice.opt_out_at)
        told["opt_out_reason"] = notice.opt_out_reason
    return told


def _unmatched(account: Account, notice: UnmatchedNotice, version: int) -> Json:
    code = account.code(notice.source_code)
    return {
        "participant": {"mdn": format_mdn(notice.mdn, version), "carrier_id": notice.carrier},
        "source_code": {
            "company_key": account.company_key,
            "code": notice.source_code,
            "country_code": code.country_code if code else "1",
            "code_type": "SC",
            "default_response": notice.default_response,
            "response_sent": True,
        },
        "message": notice.text,
        "message_id": notice.message_id,
        "txn_id": notice.message_id,
        "receipt_date": unmatched_time(notice.at),
    }
