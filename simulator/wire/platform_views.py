"""The Platform's answers, in the shapes of Vibes' pages.

URLs are relative to the host, numbers follow the API version, ids that clients compare are strings.
Sources: Vibes person-api, acquisition-campaign-api, subscription-callbacks, callback-api.
"""

from __future__ import annotations

import msgspec

from simulator.domain.account import Account, AcquisitionCampaign, SourceCode, SubscriptionList
from simulator.domain.acquisition import Participated
from simulator.domain.instants import Instant
from simulator.domain.lists import Subscription
from simulator.domain.numbers import format_mdn
from simulator.domain.participation import Participation
from simulator.domain.person import Person
from simulator.domain.registrations import EVENT_PROCESSED, SCOPES, Registration
from simulator.wire import shapes
from simulator.wire.times import platform_time

Json = dict[str, object]

_COUNTRIES = {"1": "United States"}


def errors(*problems: tuple[str, int]) -> shapes.Errors:
    """The errors envelope, one member per problem: `(message, our stable code)`.

    Source: Vibes: technical-details.
    """
    return shapes.Errors(
        errors=[shapes.Problem(message=message, code=code) for message, code in problems]
    )


def person_url(company: str, person: Person) -> str:
    """Relative, by person_key (Vibes: technical-details)."""
    return f"/companies/{company}/mobiledb/persons/{person.person_key}"


def list_url(company: str, list_id: str) -> str:
    """Relative, by list id (Vibes: technical-details)."""
    return f"/companies/{company}/mobiledb/subscription_lists/{list_id}"


def campaign_url(company: str, campaign_id: str) -> str:
    """Relative, by acquisition id (Vibes: technical-details)."""
    return f"/companies/{company}/campaigns/acquisition/{campaign_id}"


def person(account: Account, item: Person, version: int) -> shapes.Person:
    """A person; a custom field that is not set is null (Vibes: person-api)."""
    phone = None
    if item.mdn is not None:
        phone = shapes.Phone(mdn=format_mdn(item.mdn, version), carrier_code=item.carrier_code)
    return shapes.Person(
        person_id=item.person_id,
        person_key=item.person_key,
        external_person_id=item.external_person_id,
        mobile_phone=phone,
        custom_fields={name: item.custom_fields.get(name) for name in account.custom_fields},
        created_at=platform_time(item.created_at),
        updated_at=platform_time(item.updated_at),
        url=person_url(account.company_key, item),
    )


def subscription_list(company: str, item: SubscriptionList) -> shapes.SubscriptionList:
    """A subscription list (Vibes: subscription-list-api)."""
    url = list_url(company, item.id)
    return shapes.SubscriptionList(
        id=item.id,
        name=item.name,
        url=url,
        subscribers_url=f"{url}/subscribers",
        acquisition_campaigns_url=f"{url}/acquisition_campaigns",
    )


def campaign(
    company: str, item: AcquisitionCampaign, opened: Instant
) -> shapes.AcquisitionCampaign:
    """An acquisition campaign (Vibes: acquisition-campaign-api)."""
    return shapes.AcquisitionCampaign(
        acquisition_id=item.id,
        description=item.description,
        campaign_type=shapes.CampaignType(code="ACQUISITION"),
        status="active",
        start_date=platform_time(opened),
        end_date=None,
        acquisition_campaign=shapes.Keywords(keywords=list(item.keywords)),
        sourcecode=item.code,
        url=campaign_url(company, item.id),
        created_date=platform_time(opened),
        updated_date=platform_time(opened),
    )


def source_code(item: SourceCode) -> shapes.SourceCode:
    """A short or long code (Vibes: source-code-api)."""
    return shapes.SourceCode(
        sourcecode=item.code,
        country_code=item.country_code,
        sourcecode_type="SC",
        primary_country_name=_COUNTRIES.get(item.country_code),
        sms_enabled=True,
        mms_enabled=False,
        sourcecode_end_date=None,
    )


def participated(company: str, reply: Participated) -> shapes.Participation:
    """The answer of Add participant: PENDING or SUBSCRIBED (Vibes: post_add-a-participant)."""
    return shapes.Participation(
        person=_participant(company, reply.person),
        participation_date=platform_time(reply.participated_at),
        expire_date=platform_time(reply.expires_at),
        status=reply.status,
    )


def pending(company: str, person: Person, item: Participation) -> shapes.Participation:
    """One pending participant (Vibes: acquisition-campaign-api)."""
    return shapes.Participation(
        person=_participant(company, person),
        participation_date=platform_time(item.participated_at),
        expire_date=platform_time(item.expires_at),
        status="PENDING",
    )


def subscription(company: str, person: Person, item: Subscription) -> shapes.Subscription:
    """A subscription, with its end where it ended (Vibes: person-api)."""
    shown = shapes.Subscription(
        person=shapes.Reference(id=person.person_id, url=person_url(company, person)),
        subscription_list=shapes.Reference(id=item.list_id, url=list_url(company, item.list_id)),
        opt_in_date=platform_time(item.opt_in_at),
        url=f"{person_url(company, person)}/subscriptions/{item.list_id}",
    )
    if item.opt_out_at is None or item.opt_out_reason is None:
        return shown
    return msgspec.structs.replace(
        shown, opt_out_date=platform_time(item.opt_out_at), opt_out_reason=item.opt_out_reason
    )


def registration(company: str, item: Registration) -> shapes.Registration:
    """A callback registration; both spellings of the time stamps are there.

    Source: Vibes: callback-api.
    """
    made, changed = platform_time(item.created_at), platform_time(item.updated_at)
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
        "created_at": made,
        "updated_at": changed,
        "created_date": made,
        "updated_date": changed,
    }
    member = SCOPES[item.callback_type]
    if item.callback_type == EVENT_PROCESSED:
        shown[EVENT_PROCESSED] = {"callbacks_to_send": item.wanted}
        if item.scope is not None:
            shown[EVENT_PROCESSED] = {"event_type": item.scope, "callbacks_to_send": item.wanted}
    elif member is not None and item.scope is not None:
        shown[item.callback_type] = {member: item.scope}
    return msgspec.convert(shown, shapes.Registration)


def _participant(company: str, person: Person) -> shapes.Participant:
    return shapes.Participant(
        person_id=person.person_id,
        person_key=person.person_key,
        external_person_id=person.external_person_id,
        url=person_url(company, person),
    )
