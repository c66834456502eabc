"""The Platform's answers and callback bodies, in the shapes of Vibes' pages.

URLs are relative to the host, numbers follow the API version, ids that clients compare are strings.
Sources: Vibes person-api, acquisition-campaign-api, subscription-callbacks, callback-api.
"""

from __future__ import annotations

from typing import assert_never

from simulator.domain.account import Account, AcquisitionCampaign, SubscriptionList
from simulator.domain.acquisition import Participated
from simulator.domain.callbacks import Delivery
from simulator.domain.instants import Instant
from simulator.domain.lists import Subscription
from simulator.domain.notices import (
    MoNotice,
    ParticipantNotice,
    PersonNotice,
    ReceiptNotice,
    SubscriptionNotice,
    UnmatchedNotice,
)
from simulator.domain.numbers import format_mdn
from simulator.domain.participation import Participation
from simulator.domain.person import Person
from simulator.domain.registrations import SCOPES, Registration
from simulator.wire.times import platform_time, unmatched_time

Json = dict[str, object]


def errors(*problems: tuple[str, int]) -> Json:
    """The errors envelope, one member per problem: `(message, our stable code)`.

    Source: Vibes: technical-details.
    """
    return {"errors": [{"message": message, "code": code} for message, code in problems]}


def person_url(company: str, person: Person) -> str:
    """Relative, by person_key (Vibes: technical-details)."""
    return f"/companies/{company}/mobiledb/persons/{person.person_key}"


def list_url(company: str, list_id: str) -> str:
    """Relative, by list id (Vibes: technical-details)."""
    return f"/companies/{company}/mobiledb/subscription_lists/{list_id}"


def campaign_url(company: str, campaign_id: str) -> str:
    """Relative, by acquisition id (Vibes: technical-details)."""
    return f"/companies/{company}/campaigns/acquisition/{campaign_id}"


def person(account: Account, item: Person, version: int) -> Json:
    """A person; a custom field that is not set is null (Vibes: person-api)."""
    phone: Json | None = None
    if item.mdn is not None:
        phone = {"mdn": format_mdn(item.mdn, version), "carrier_code": item.carrier_code}
    return {
        "person_id": item.person_id,
        "person_key": item.person_key,
        "external_person_id": item.external_person_id,
        "mobile_phone": phone,
        "custom_fields": {name: item.custom_fields.get(name) for name in account.custom_fields},
        "created_at": platform_time(item.created_at),
        "updated_at": platform_time(item.updated_at),
        "url": person_url(account.company_key, item),
    }


def subscription_list(company: str, item: SubscriptionList) -> Json:
    """A subscription list (Vibes: subscription-list-api)."""
    url = list_url(company, item.id)
    return {
        "id": item.id,
        "name": item.name,
        "url": url,
        "subscribers_url": f"{url}/subscribers",
        "acquisition_campaigns_url": f"{url}/acquisition_campaigns",
    }


def campaign(company: str, item: AcquisitionCampaign, opened: Instant) -> Json:
    """An acquisition campaign (Vibes: acquisition-campaign-api)."""
    return {
        "acquisition_id": item.id,
        "description": item.description,
        "campaign_type": {"code": "ACQUISITION"},
        "status": "active",
        "start_date": platform_time(opened),
        "end_date": None,
        "acquisition_campaign": {"keywords": list(item.keywords)},
        "sourcecode": item.code,
        "url": campaign_url(company, item.id),
        "created_date": platform_time(opened),
        "updated_date": platform_time(opened),
    }


def participated(company: str, reply: Participated) -> Json:
    """The answer of Add participant: PENDING or SUBSCRIBED (Vibes: post_add-a-participant)."""
    return _participation(
        company, reply.person, reply.participated_at, reply.expires_at, reply.status
    )


def pending(company: str, person: Person, item: Participation) -> Json:
    """One pending participant (Vibes: acquisition-campaign-api)."""
    return _participation(company, person, item.participated_at, item.expires_at, "PENDING")


def subscription(company: str, person: Person, item: Subscription) -> Json:
    """A subscription, with its end where it ended (Vibes: person-api)."""
    shown: Json = {
        "person": {"id": person.person_id, "url": person_url(company, person)},
        "subscription_list": {"id": item.list_id, "url": list_url(company, item.list_id)},
        "opt_in_date": platform_time(item.opt_in_at),
        "url": f"{person_url(company, person)}/subscriptions/{item.list_id}",
    }
    if item.opt_out_at is not None and item.opt_out_reason is not None:
        shown["opt_out_date"] = platform_time(item.opt_out_at)
        shown["opt_out_reason"] = item.opt_out_reason.value
    return shown


def registration(company: str, item: Registration) -> Json:
    """A callback registration; both spellings of the time stamps are there.

    Source: Vibes: callback-api.
    """
    shown: Json = {
        "callback_id": item.callback_id,
        "callback_type": item.callback_type,
        "event_type": item.callback_type,
        "destination": {
            "url": item.url,
            "method": item.method,
            "content_type": item.content_type,
        },
        "start_date": platform_time(item.start),
        "end_date": platform_time(item.end) if item.end is not None else None,
        "url": f"/companies/{company}/config/callbacks/{item.callback_id}",
        "created_at": platform_time(item.created_at),
        "updated_at": platform_time(item.updated_at),
        "created_date": platform_time(item.created_at),
        "updated_date": platform_time(item.updated_at),
    }
    member = SCOPES[item.callback_type]
    if member is not None and item.scope is not None:
        shown[item.callback_type] = {member: item.scope}
    return shown


def callback(account: Account, delivery: Delivery) -> Json:
    """The body of a Platform callback: what every type has, and the type's own member.

    Source: Vibes: callbacks.
    """
    body: Json = {
        "event_id": delivery.delivery_id,
        "callback_type": delivery.callback_type,
        "event_type": delivery.callback_type,
        "event_date": platform_time(delivery.queued_at),
    }
    notice, version = delivery.notice, delivery.version
    match notice:
        case PersonNotice():
            body["person"] = person(account, notice.person, version)
        case ParticipantNotice():
            body["participant"] = _participant(account, notice, version)
        case SubscriptionNotice():
            body["subscription"] = _subscription_told(account, notice, version)
        case UnmatchedNotice():
            body |= _unmatched(account, notice, version)
        case ReceiptNotice() | MoNotice():
            raise TypeError(f"{type(notice).__name__} is Connect's, not the Platform's")
        case _:
            assert_never(notice)
    return body


def _participation(
    company: str, person: Person, at: Instant, expires_at: Instant, status: str
) -> Json:
    return {
        "person": {
            "person_id": person.person_id,
            "person_key": person.person_key,
            "external_person_id": person.external_person_id,
            "url": person_url(company, person),
        },
        "participation_date": platform_time(at),
        "expire_date": platform_time(expires_at),
        "status": status,
    }


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
