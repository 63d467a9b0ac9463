"""An audit rendered for people and tools; each file whole or not at all."""
