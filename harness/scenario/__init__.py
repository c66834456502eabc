"""Scenarios: YAML that a QA person can read and write, checked before anything runs."""
