"""The SMPP gateway: sessions over TCP round `simulator.wire.smpp_pdu`."""
