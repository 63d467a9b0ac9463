"""Learning-rate schedules: values, steps and epochs, use in training."""
