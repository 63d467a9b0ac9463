"""Throughput claims: ratios between configurations, measured with an interval.

Nothing here is imported by `pytest claims/`; models stand in `claims/benchmarks/`.
"""
