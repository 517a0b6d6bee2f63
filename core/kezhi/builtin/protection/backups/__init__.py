"""Backups of everything but the keys: made while the system works, restored into an empty place, verified at both ends.

A folder of a backup holds:

- ``database.sealed`` – a ZIP archive, sealed: the SQLite file, or one file of rows per table of PostgreSQL;
- ``file-keys.sealed`` – the table of the files' keys, by itself so that it can be kept for a shorter time;
- ``blobs/`` – the contents of files as they lie in the data folder, and ``blobs.txt``, their names, sizes and hashes;
- ``manifest.json`` – what there is, under a keyed hash.

What is sealed opens with the key file, which is never part of a backup.
"""

from .making import make
from .restoring import restore

__all__ = ["make", "restore"]
