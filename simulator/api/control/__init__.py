"""The control API, `/_sim/...`: what the real Vibes has no call for. A module per resource."""
