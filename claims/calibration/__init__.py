"""Calibration: temperature scaling, expected calibration error, their diagram."""
