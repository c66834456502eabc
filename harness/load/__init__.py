"""The load test: what `locustfile.py` is made of, and `run`, which starts a simulator and Locust.

`asking`, `metrics`, `options`, `pacing`, `receiver`, `session` and `users` import Locust, which patches
its process for gevent: nothing else of the harness imports them. The other modules know no Locust.
"""
