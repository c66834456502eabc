"""Faults in how people join and leave (R11 to R19; A6 to A12)."""

from __future__ import annotations

from tests.planted.mutation import Mutation

ACQUISITION = "simulator/domain/acquisition.py"
INBOUND = "simulator/domain/inbound.py"

JOINING = (
    Mutation(
        "the window is 25 hours",
        ACQUISITION,
        "    expires_at = Instant(turn.now + campaign.window)\n    _tell(",
        "    expires_at = Instant(turn.now + campaign.window + 3_600_000_000)\n    _tell(",
        "timeouts/at_the_edge",
    ),
    Mutation(
        "a late yes joins",
        "simulator/domain/world.py",
        "due = Instant(item.expires_at + (1 if inclusive else 0))",
        "due = Instant(item.expires_at + 3_600_000_000)",
        "timeouts/one_second_after",
    ),
    Mutation(
        "the edge of the window never counts, whatever is set",
        "simulator/domain/world.py",
        "due = Instant(item.expires_at + (1 if inclusive else 0))",
        "due = Instant(item.expires_at)",
        "timeouts/at_the_edge_inclusive",
        quick=False,
    ),
    Mutation(
        "the window starts when it is asked, whatever is set",
        ACQUISITION,
        "turn.account.settings.window_starts != stage",
        "stage",
        "timeouts/window_from_delivery",
    ),
    Mutation(
        "a second yes joins once more",
        ACQUISITION,
        "_end(turn, item, OptIn.CONFIRMED)",
        "pass",
        "opt_in/yes_twice",
    ),
    Mutation(
        "a yes with space round it is none",
        ACQUISITION,
        "said = normalise(text)",
        "said = text.upper()",
        "opt_in/what_counts_as_yes",
        quick=False,
    ),
    Mutation(
        "a zip code is no yes",
        ACQUISITION,
        "return pattern is not None and re.fullmatch(pattern, text.strip()) is not None",
        "return False",
        "opt_in/own_words_for_yes",
        quick=False,
    ),
    Mutation(
        "a member is asked to join by a call",
        ACQUISITION,
        "if person and turn.world.subscriptions.get(person.person_key, campaign.list_id):",
        "if False:",
        "opt_in/already_a_member",
    ),
    Mutation(
        "a member is asked to join by the keyword",
        INBOUND,
        "if person and turn.world.subscriptions.get(person.person_key, campaign.list_id):",
        "if False:",
        "opt_in/keyword_of_a_member",
        quick=False,
    ),
    Mutation(
        "the confirmation block is not enforced",
        ACQUISITION,
        "if (campaign.id, mdn) in turn.world.participations.blocks:",
        "if False:",
        "opt_in/no_blocks_the_api",
    ),
    Mutation(
        "the keyword does not clear the confirmation block",
        INBOUND,
        "if (campaign.id, mdn) in turn.world.participations.blocks:",
        "if False:",
        "opt_in/keyword_clears_the_block",
    ),
    Mutation(
        "being asked again sends the prompt again",
        ACQUISITION,
        'if choice != "ignore":',
        "if choice:",
        "opt_in/asked_twice",
    ),
    Mutation(
        "single opt-in makes nobody a member",
        ACQUISITION,
        '        _become_member(turn, campaign, person, mdn, keyword or "api")',
        "        pass",
        "opt_in/single_opt_in",
        quick=False,
    ),
)

LEAVING = (
    Mutation(
        "STOP is ignored",
        INBOUND,
        "if said in keywords.STOP:",
        "if said in ():",
        "opt_out/stop",
    ),
    Mutation(
        "UNSUBSCRIBE is no STOP",
        "simulator/domain/keywords.py",
        '        "UNSUBSCRIBE",\n',
        "",
        "opt_out/every_word_for_stop",
    ),
    Mutation(
        "STOP leaves one list only",
        INBOUND,
        'leaving = reached[-1:] if scope == "list" else reached',
        "leaving = reached[-1:]",
        "opt_out/stop_leaves_every_list_of_the_code",
    ),
    Mutation(
        "STOP of one list leaves all",
        INBOUND,
        'leaving = reached[-1:] if scope == "list" else reached',
        "leaving = reached",
        "opt_out/stop_of_one_list",
        quick=False,
    ),
    Mutation(
        "STOP is not confirmed",
        INBOUND,
        "sending.send(turn, mdn, code.code, code.stop, Purpose.STOP_REPLY)",
        "pass",
        "opt_out/stop",
    ),
    Mutation(
        "every STOP is confirmed, however often",
        INBOUND,
        "turn.now - last >= window:",
        "turn.now >= last:",
        "opt_out/stop_again",
    ),
    Mutation(
        "STOP bars nothing",
        "simulator/domain/sending.py",
        "return standing and turn.account.settings.stop_blocks_sends",
        "return False",
        "mistakes/attempts_to_opted_out_numbers",
    ),
    Mutation(
        "START does not lift the bar",
        INBOUND,
        "    opt_outs.lift(turn, code.code, mdn)\n    person",
        "    person",
        "opt_out/start_lets_sends_through",
    ),
    Mutation(
        "START makes a member",
        INBOUND,
        'turn.account.settings.start == "resubscribe":',
        "turn.account.settings.start:",
        "opt_out/help_and_start",
        quick=False,
    ),
    Mutation(
        "HELP is not answered",
        INBOUND,
        "sending.send(turn, command.mdn, code.code, code.help, Purpose.HELP_REPLY)",
        "pass",
        "opt_out/help_and_start",
    ),
    Mutation(
        "a number that is dropped stays on its lists",
        "simulator/domain/delivery.py",
        "lists.remove_from_all(turn, handset.mdn, lists.OptOutReason.DISCONNECT)",
        "pass",
        "delivery/disconnected",
    ),
    Mutation(
        "one of those who share a phone hears of the STOP",
        "harness/campaigns/hearing.py",
        "for person in self._people.with_mdn(change.mdn):",
        "for person in self._people.with_mdn(change.mdn)[:1]:",
        "opt_out/stop_on_a_shared_phone",
    ),
    Mutation(
        "who left is forgotten",
        "harness/campaigns/membership.py",
        "return mdn in self._ever.get(list_id, ())",
        "return mdn in self._now.get(list_id, ())",
        "opt_out/stop",
    ),
)
