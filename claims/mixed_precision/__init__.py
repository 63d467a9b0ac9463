"""Mixed precision: dtypes of layers, the last layer, loss scaling, speed."""
