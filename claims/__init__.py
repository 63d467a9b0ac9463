"""The claims: a folder for each topic, named as the first part of its ids."""
