"""From a measurement to a verdict: the judge, its statistics, what is stored and read back."""
