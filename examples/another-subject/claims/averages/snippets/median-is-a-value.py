import statistics

values = [1, 2]
assert statistics.median(values) == 1.5
assert statistics.median(values) not in values
