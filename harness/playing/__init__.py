"""Scenarios played from a page of the inbox, against the simulator that serves it.

    scenarios = pages.Scenarios([Path("scenarios")])
    simulator.fittings.append(scenarios.fit)        # before it listens
    scenarios.begin(within(simulator, url))         # once it does

`offers` looks which files there are, `play` is one run of one of them, `telling` puts what the harness
says into the words of the inbox's port, `pages` fills that port.
"""
