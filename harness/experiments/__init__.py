"""Claims about the outcome of training: declared comparisons, judged over seeds.

Nothing here trains in `pytest claims/`; `pytest --experiments` does.
"""
