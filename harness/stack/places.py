"""Places in a library, written `module:Class.attribute`."""

import importlib
from typing import Any


def owner_and_name(place: str) -> tuple[Any, str]:
    """The object that holds the attribute, and the attribute's name.

    Raises ValueError with the place if its module or attribute does not exist.
    """
    module, colon, path = place.partition(":")
    if not colon:
        raise ValueError(f"{place!r} is no place: write MODULE:NAME")
    *parents, name = path.split(".")
    try:
        owner = importlib.import_module(module)
        for parent in parents:
            owner = getattr(owner, parent)
        getattr(owner, name)
    except (ImportError, AttributeError) as error:
        raise ValueError(f"no such place: {place} ({error})") from None
    return owner, name
