"""Faults planted in copies of the packages, to see that the shipped scenarios find them."""
