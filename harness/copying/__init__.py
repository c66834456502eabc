"""A session made by hand, as a scenario file: from an account's journal to steps that can be run again.

    rows = session.read_rows(items)                  # as `smsim export` or the control API writes them
    made = writing.copy(rows)                        # the file, from the journal alone
    made = await playing.copied_and_played(rows)     # and played once, so that what it expects is so

`account_document` turns the account back into its spec, `session` walks the journal, `steps_of` says
each command as a step, `writing` makes the file, `playing` holds it against a run, `pages` fills the
inbox's port.
"""
