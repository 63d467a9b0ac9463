"""What the documents conclude from their own logs, tables and figures."""
