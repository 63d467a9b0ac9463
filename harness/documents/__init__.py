"""What is audited: the texts' passages, their ledgers, and copies bound to them."""
