"""Faults in carriers, phones and texts, and in what is told of them (R20, R22; Vibes: callbacks)."""

from __future__ import annotations

from tests.planted.mutation import Mutation

LINES = "simulator/domain/lines.py"
HEARING = "harness/campaigns/hearing.py"
FATE = "simulator/domain/fate.py"

TELLING = (
    Mutation(
        "a callback is tried once less",
        LINES,
        "if final or attempt > settings.retries:",
        "if final or attempt >= settings.retries:",
        "mistakes/callback_answered_500_and_lost",
    ),
    Mutation(
        "a callback that was refused is tried again",
        LINES,
        'return "refused" if 400 <= status < 500 else "failed"',
        'return "failed"',
        "faults/endpoint_answers_404",
    ),
    Mutation(
        "a callback is tried again at once",
        LINES,
        "due = Instant(turn.now + settings.retry_every)",
        "due = Instant(turn.now + 1_000_000)",
        "faults/endpoint_down_for_a_while",
    ),
    Mutation(
        "a callback that comes twice is heard twice",
        "harness/campaigns/membership.py",
        "self._seen.add(event_id)",
        "self._seen.discard(event_id)",
        "mistakes/callback_twice",
    ),
    Mutation(
        "old news counts as new",
        "harness/campaigns/membership.py",
        "if latest is not None and at < latest:",
        "if False:",
        "mistakes/callback_out_of_order",
    ),
    Mutation(
        "old news fires triggers",
        HEARING,
        "if not change.overtaken:",
        "if True:",
        "mistakes/callback_out_of_order",
    ),
    Mutation(
        "receipts name the wrong part",
        "simulator/domain/callbacks.py",
        "message_id=mt.part_ids[number - 1],\n        original_id=mt.message_id,\n        sub",
        "message_id=mt.part_ids[0],\n        original_id=mt.message_id,\n        sub",
        "delivery/long_texts",
    ),
    Mutation(
        "a long text has one receipt",
        "simulator/domain/callbacks.py",
        "wishes = mt.part_receipts or (mt.receipts,) * len(mt.part_ids)",
        "wishes = mt.part_receipts or (mt.receipts,)",
        "delivery/receipts_of_parts",
    ),
    Mutation(
        "receipts are sent whatever was wished",
        "simulator/domain/callbacks.py",
        'return error_code is not None or not wish.option.endswith("ERROR")',
        "return True",
        "connect/receipts_wished_for",
        quick=False,
    ),
    Mutation(
        "a receipt that comes twice is heard twice",
        HEARING,
        "self._receipts.add(key)",
        "self._receipts.discard(key)",
        "faults/receipts_twice",
    ),
    Mutation(
        "soft and hard bounces are swapped",
        HEARING,
        "bounced = Reason.SOFT if code in SOFT_BOUNCES else Reason.HARD",
        "bounced = Reason.HARD if code in SOFT_BOUNCES else Reason.SOFT",
        "delivery/what_can_go_wrong",
    ),
    Mutation(
        "a click fires nothing",
        HEARING,
        "self._sms(person, Kind.SMS_CLICKED, link.campaign)",
        "pass",
        "flows/clicks_trigger",
    ),
    Mutation(
        "rates are of what arrived",
        "harness/campaigns/counters.py",
        "return (self.bounced_soft + self.bounced_hard) / self.sent if self.sent else 0.0",
        "return (self.bounced_soft + self.bounced_hard) / self.delivered if self.delivered else 0.0",
        "flows/counters_and_rates",
        quick=False,
    ),
)

CARRYING = (
    Mutation(
        "a message that expired arrives",
        "simulator/domain/delivery.py",
        "_reach(turn, mt, MtState.EXPIRED, 101)",
        "_reach(turn, mt, MtState.DELIVERED, None)",
        "carriers/validity",
    ),
    Mutation(
        "a throttle makes nobody wait",
        FATE,
        "ready = max(ready, free)",
        "ready = max(ready, routed)",
        "carriers/throttled",
    ),
    Mutation(
        "a throttle counts messages, not their parts",
        FATE,
        "return Instant(handed_at + parts * SECOND // profile.per_second)",
        "return Instant(handed_at + SECOND // profile.per_second)",
        "carriers/throttled_by_parts",
    ),
    Mutation(
        "a phone that is on again gets nothing of what was held",
        "simulator/domain/delivery.py",
        "for message_id in turn.world.messages.held_for(command.mdn):",
        "for message_id in ():",
        "delivery/phone_off",
        quick=False,
    ),
    Mutation(
        "an escaped character counts once",
        "simulator/domain/alphabets.py",
        "return len(text) + sum(map(text.count, _EXTENSION.values()))",
        "return len(text)",
        "text/the_euro_sign_counts_twice",
    ),
    Mutation(
        "parts hold as much as a short text",
        "simulator/domain/text.py",
        "alphabet.part if reference_bits == 8 else alphabet.wide_part",
        "alphabet.single",
        "mistakes/320_characters_are_three_segments",
    ),
    Mutation(
        "texts are cut at a thousand",
        "simulator/domain/text.py",
        "MAX_CHARACTERS = 900",
        "MAX_CHARACTERS = 1000",
        "delivery/long_texts",
        quick=False,
    ),
    Mutation(
        "an event's message goes to who said STOP",
        "simulator/domain/sending.py",
        "if heeds_opt_out and is_barred(turn, order.code, order.mdn):",
        "if order.surface == 'connect' and is_barred(turn, order.code, order.mdn):",
        "platform/event_after_stop",
    ),
)
