"""Defects of KerasTuner, by what they break."""
