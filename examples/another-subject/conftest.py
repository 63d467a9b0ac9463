"""Registers the harness; a project needs no more."""

pytest_plugins = ["harness.running.plugin"]
