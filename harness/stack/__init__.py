"""The libraries under audit: which versions, on which device, reached how."""
