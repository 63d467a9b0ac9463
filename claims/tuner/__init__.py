"""KerasTuner: search spaces, engines, trials, the winner, what is stored."""
