"""The whole list of planted faults, in the order of the rules they break."""

from __future__ import annotations

from tests.planted.campaigning import RUNNING, SENDING
from tests.planted.carrying import CARRYING, TELLING
from tests.planted.consenting import JOINING, LEAVING

MUTATIONS = (*JOINING, *LEAVING, *SENDING, *RUNNING, *TELLING, *CARRYING)
