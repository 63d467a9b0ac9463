"""What the texts ask their readers to build, as one would build it for a library.

The claims measure these against Keras, torch and NumPy; `tests/test_lab.py`
tests them alone.
"""
