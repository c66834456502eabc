"""smsim's fake world: Vibes, the carriers, the phones, and a clock that moves when asked."""

__version__ = "0.1.0"
