"""Weight decay and L2: where they agree, where they part, AdamW in two libraries."""
