"""The inbox: pages to look at an account and to drive it by hand, made here and needing no network."""
