"""Pure codecs: between the bytes of Vibes' wires and the domain's values. No I/O."""
