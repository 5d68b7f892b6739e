"""The revisions of the run store's tables, one file each in ``versions``, oldest first.

A change of the tables in ``database`` or ``class_tables`` is a new file, numbered one more, whose
``down_revision`` is the last one; HEAD is its number. It names its tables and columns itself, since
those there go on changing, and it only adds or loosens, so that a run under way is not disturbed.
"""

HEAD = "0005"
