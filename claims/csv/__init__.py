"""The tutorial's pipeline that reads a compressed CSV file."""
