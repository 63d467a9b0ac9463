"""From a measurement to a verdict: judge, statistics, what is stored and read."""
