"""What several topics share: networks, update rules, pipelines, search spaces."""
