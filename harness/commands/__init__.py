"""The commands of `smsim`, a module each: `add` declares its flags, and its function does it."""
