"""The day of many people is played by `test_people` and `make load-people`, not as a file of its own."""

collect_ignore_glob = ["*.sms.yaml"]
