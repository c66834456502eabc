"""Each planted fault is found by the shipped scenario that is meant to find it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.planted.copies import (
    PACKAGES,
    ROOT,
    copy_packages,
    packages_of,
    path_of,
    planting,
    play,
)
from tests.planted.everything import MUTATIONS
from tests.planted.mutation import Mutation, NotPlantable, planted


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages, copied and compiled."""
    return copy_packages(tmp_path_factory.mktemp("copy"))


QUICK = [mutation for mutation in MUTATIONS if mutation.quick]


@pytest.mark.parametrize("mutation", QUICK, ids=lambda mutation: mutation.name)
def test_a_planted_fault_is_found(mutation: Mutation, copy: Path, tmp_path: Path) -> None:
    """The scenario fails; that it cannot be read, or breaks off, is no finding."""
    with planting(mutation, copy):
        outcome = play(copy, tmp_path, path_of(mutation.found_by))
    assert outcome.status == 1, outcome.output
    assert outcome.failed != [], outcome.output


def test_nothing_is_found_where_nothing_is_planted(copy: Path, tmp_path: Path) -> None:
    """The copy runs what finds the faults, and it all passes."""
    assert [Path(file).parents[1] for file in packages_of(copy, tmp_path)] == [copy, copy]
    paths = dict.fromkeys(path_of(mutation.found_by) for mutation in MUTATIONS)
    outcome = play(copy, tmp_path, *paths)
    assert outcome.status == 0, outcome.output
    assert {verdict for _, verdict in outcome.verdicts} == {"passed"}


def test_the_list_is_a_list() -> None:
    """Every fault has a name of its own, a change, and a text that stands in its file once."""
    names = [mutation.name for mutation in MUTATIONS]
    assert len(names) == len(set(names))
    assert len(QUICK) >= 24
    for mutation in MUTATIONS:
        assert mutation.file.startswith(PACKAGES), mutation.name
        source = (ROOT / mutation.file).read_text("utf-8")
        assert planted(source, mutation) != source, mutation.name
        assert path_of(mutation.found_by).exists(), mutation.found_by


@pytest.mark.parametrize("source", ["", "if True:\n    pass\nif True:\n    pass\n"])
def test_a_text_that_is_not_there_once_is_told(source: str) -> None:
    """Neither none nor two: the fault would be planted nowhere, or in two places."""
    mutation = Mutation("anything", "simulator/app.py", "if True:", "if False:", "opt_out/stop")
    with pytest.raises(NotPlantable, match="not once"):
        planted(source, mutation)
