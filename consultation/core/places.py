"""Where things lie: beside the package in a checkout, inside it in an installed wheel."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent


def package_folder() -> Path:
    return PACKAGE


def top_folder(name: str) -> Path:
    """The folder `templates` or `alembic`: at the top of a checkout, force-included into a wheel."""
    installed = PACKAGE / "_top" / name
    return installed if installed.is_dir() else PACKAGE.parent / name
