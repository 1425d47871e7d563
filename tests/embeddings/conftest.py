"""How hypothesis runs here."""

from hypothesis import HealthCheck, settings

# The same examples on every run, and no time limit: a slow machine fails no test.
settings.register_profile(
    "winnow",
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=100,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("winnow")
# Long, and other examples each time: `make fuzz`.
settings.register_profile(
    "fuzz", settings.get_profile("winnow"), max_examples=5000, derandomize=False
)
