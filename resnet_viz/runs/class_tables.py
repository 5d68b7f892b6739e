"""The tables of classes, beside those of runs in the same database.

Moments are seconds since 1970, UTC. A visitor is known by a code that is made of what their browser
keeps and of a key of the class: two classes cannot be told to have had the same visitor. A change
of the tables is a revision in ``migrations``, as of those of runs.
"""

from sqlalchemy import Boolean, Column, Double, Index, Integer, MetaData, String, Table, Text

CODE = 32  # letters of the code of a visitor, and of every row's own
MOST_LETTERS = 2000  # of a question
MOST_OF_ADDRESS = 20_000  # letters of what an address asks for: the names of a few hundred runs

metadata = MetaData()

# What followers follow stands in the row of the class; ``turn`` counts its changes.
classes = Table(
    "classes",
    metadata,
    Column("id", String(CODE), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("key", String(64), nullable=False),
    Column("begun", Double, nullable=False),
    Column("ended", Double),
    Column("presenter", String(CODE)),
    Column("page", String(40)),
    Column("query", Text),
    Column("mark", String(200)),
    Column("own_picture", Boolean, nullable=False, default=False),
    Column("turn", Integer, nullable=False, default=0),
)

class_pages = Table(
    "class_pages",
    metadata,
    Column("class_id", String(CODE), primary_key=True),
    Column("turn", Integer, primary_key=True),
    Column("page", String(40), nullable=False),
    Column("query", Text, nullable=False),
    Column("shown", Double, nullable=False),
)

# ``subject`` tells the questions of a class apart; choices are a JSON list.
class_polls = Table(
    "class_polls",
    metadata,
    Column("id", String(CODE), primary_key=True),
    Column("class_id", String(CODE), nullable=False),
    Column("page", String(40), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("question", Text, nullable=False),
    Column("choices", Text, nullable=False),
    Column("asked", Double, nullable=False),
    Column("opened", Double),
    Column("closed", Double),
    Column("revealed", Double),
    Column("answer", Text),
)
Index("class_polls_by_subject", class_polls.c.class_id, class_polls.c.subject, unique=True)

class_answers = Table(
    "class_answers",
    metadata,
    Column("poll_id", String(CODE), primary_key=True),
    Column("visitor", String(CODE), primary_key=True),
    Column("choice", Text, nullable=False),
    Column("answered", Double, nullable=False),
)

# ``runs`` is a JSON list of the ids of a pair, the one whose end is guessed first.
class_races = Table(
    "class_races",
    metadata,
    Column("id", String(CODE), primary_key=True),
    Column("class_id", String(CODE), nullable=False, index=True),
    Column("network", String(120), nullable=False),
    Column("quantity", String(16), nullable=False),
    Column("opened", Double, nullable=False),
    Column("closed", Double),
    Column("runs", Text, nullable=False),
)

class_guesses = Table(
    "class_guesses",
    metadata,
    Column("race_id", String(CODE), primary_key=True),
    Column("visitor", String(CODE), primary_key=True),
    Column("per_cent", Double, nullable=False),
    Column("guessed", Double, nullable=False),
)
