"""What a team uses to test its campaigns against the simulator."""
