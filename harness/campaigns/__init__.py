"""The campaign system: a marketing system with SMS, as Marketo is one, small and honest.

People, smart lists, smart campaigns with three SMS flow steps, membership learnt from callbacks,
and an activity log in which everyone who got nothing has a reason. It speaks to Vibes over HTTP
and would speak to the real one.
"""
