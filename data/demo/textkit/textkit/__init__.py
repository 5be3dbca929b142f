"""Small tools for plain text."""

from .slug import slugify, unique_slug
from .wrap import *

__all__ = ["slugify", "unique_slug", "hang_indent", "box", "columns"]
