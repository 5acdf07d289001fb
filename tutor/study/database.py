"""The SQLite file under the store: opened, brought to this version's schema, or left alone with a reason.

Durability: write-ahead log with synchronous=NORMAL. A commit is then in the operating system's hands when
the call returns, so killing the process loses nothing. A power cut may cost the last answers, never the file;
syncing each commit would close that gap and stall the interface on slow disks.
"""

from __future__ import annotations

import shutil
import sqlite3
import time
from pathlib import Path

APPLICATION_ID = 0x7475746F  # "tuto": tells our files from other programs'
BUSY_SECONDS = 5.0  # how long a write waits for another session's

# MIGRATIONS[i] brings a file from version i to i + 1; a released one never changes.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE answers (
            n INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            at REAL NOT NULL,
            question TEXT NOT NULL,
            revision INTEGER NOT NULL,
            chapter TEXT NOT NULL,
            round INTEGER NOT NULL,
            correct INTEGER NOT NULL,
            response TEXT NOT NULL,
            seconds REAL NOT NULL,
            hinted INTEGER NOT NULL)""",
        "CREATE INDEX answers_by_question ON answers (question, n)",
        "CREATE INDEX answers_by_chapter ON answers (chapter, round, n)",
        """CREATE TABLE predictions (
            n INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            at REAL NOT NULL,
            prediction TEXT NOT NULL,
            outcome TEXT NOT NULL,
            correct INTEGER NOT NULL)""",
        "CREATE TABLE cards (chapter TEXT NOT NULL, card TEXT NOT NULL, at REAL NOT NULL, PRIMARY KEY (chapter, card))",
        "CREATE TABLE challenges (id TEXT PRIMARY KEY, at REAL NOT NULL)",
        "CREATE TABLE places (chapter TEXT PRIMARY KEY, card TEXT NOT NULL, at REAL NOT NULL)",
        "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    ),
    (
        "ALTER TABLE answers ADD COLUMN source TEXT NOT NULL DEFAULT 'quiz'",
        "ALTER TABLE answers ADD COLUMN variant INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE answers ADD COLUMN usual REAL",
        "CREATE TABLE undos (answer TEXT PRIMARY KEY, at REAL NOT NULL)",
        """CREATE TABLE ratings (
            n INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            at REAL NOT NULL,
            answer TEXT NOT NULL,
            rating INTEGER NOT NULL)""",
        """CREATE TABLE flags (
            n INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            at REAL NOT NULL,
            question TEXT NOT NULL,
            revision INTEGER NOT NULL,
            note TEXT NOT NULL)""",
        "CREATE VIEW standing AS SELECT * FROM answers WHERE id NOT IN (SELECT answer FROM undos)",
    ),
)
VERSION = len(MIGRATIONS)

# What the log implies, kept so that it need not be worked out at every start. A question whose log has grown
# loses its row here and is replayed when next asked for, so these can be dropped at any time.
DERIVED = (
    """CREATE TABLE IF NOT EXISTS memories (
        question TEXT PRIMARY KEY,
        revision INTEGER NOT NULL,
        due REAL NOT NULL,
        stability REAL NOT NULL,
        difficulty REAL NOT NULL,
        last REAL NOT NULL,
        answers INTEGER NOT NULL,
        lapses INTEGER NOT NULL,
        predicted TEXT NOT NULL)""",
    """CREATE TRIGGER IF NOT EXISTS answered AFTER INSERT ON answers BEGIN
        DELETE FROM memories WHERE question = new.question; END""",
    """CREATE TRIGGER IF NOT EXISTS undone AFTER INSERT ON undos BEGIN
        DELETE FROM memories WHERE question = (SELECT question FROM answers WHERE id = new.answer); END""",
    """CREATE TRIGGER IF NOT EXISTS rated AFTER INSERT ON ratings BEGIN
        DELETE FROM memories WHERE question = (SELECT question FROM answers WHERE id = new.answer); END""",
)


# What is not derived. `n`, the order of recording, is given anew where rows come into another file.
TABLES = ("answers", "undos", "ratings", "flags", "predictions", "cards", "challenges", "places", "settings")


class UnusableError(Exception):
    """The file cannot hold progress; the message is one line: what is wrong and what to do."""


def connect(path: Path) -> sqlite3.Connection:
    """Open or create the file at `path` for reading and writing, at this version; raises UnusableError.

    A file that is damaged, another program's or a newer version's is not written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        where = "Choose another folder with --data-dir."
        raise UnusableError(f"{path} cannot be opened ({reason(error)}). {where}") from error
    try:
        _examine(db, path)
        _use_wal(db)
        db.execute("PRAGMA synchronous = NORMAL")
        _migrate(db)
    except sqlite3.Error as error:
        problem = _damaged(path) if is_damage(error) else _unusable(path, error)
        db.close()
        raise problem from error
    except UnusableError:
        db.close()
        raise
    return db


def files(path: Path) -> tuple[object, ...]:
    """Which files are there: the database, its log, and what sessions share. The same name may come to be another's."""
    return tuple(map(_identity, _names(path)))


def again(db: sqlite3.Connection, path: Path, before: tuple[object, ...]) -> sqlite3.Connection:
    """Open the file at `path`, which is no longer the one that `db` has open, and put in all that it lacks.

    The file was deleted under us, or another put in its place, by another session perhaps. `before`: what `files`
    was when `db` was opened. Raises UnusableError.
    """
    try:
        tables = [(table, *_rows(db, table)) for table in TABLES]  # before the log is touched, which holds some
        gone = not path.exists()
        for log, old in zip(_names(path)[1:], before[1:], strict=True):
            if gone or _identity(log) == old:  # not the new file's: SQLite would take it for that
                log.unlink(missing_ok=True)
    except (OSError, sqlite3.Error) as error:
        raise _unusable(path, error) from error
    made = connect(path)
    try:
        made.execute("BEGIN IMMEDIATE")
        for table, names, rows in tables:
            into = f"{table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
            made.executemany(f"INSERT OR IGNORE INTO {into}", rows)
        made.execute("COMMIT")
    except sqlite3.Error as error:
        made.close()
        raise _unusable(path, error) from error
    return made


def in_memory(source: sqlite3.Connection | Path | None = None) -> sqlite3.Connection:
    """A database in memory, with a copy of what can still be read from `source`. Never raises."""
    if source is not None:
        db = sqlite3.connect(":memory:", isolation_level=None)
        try:
            _copy(source, db)
            _migrate(db)
            return db
        except (sqlite3.Error, UnusableError):
            db.close()
    db = sqlite3.connect(":memory:", isolation_level=None)
    _migrate(db)
    return db


def trouble(path: Path) -> str | None:
    """What is wrong with the file, in one sentence; None where nothing is, or there is none yet. Writes nothing."""
    if not path.is_file():
        return None
    try:
        db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=1)
        try:
            if _number(db, "application_id") != APPLICATION_ID:
                return f"{path} belongs to another program."
            if _number(db, "user_version") > VERSION:
                return f"{path} was written by a newer tutor."
            return None if db.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok" else f"{path} is damaged."
        finally:
            db.close()
    except sqlite3.Error as error:
        return f"{path} is damaged." if is_damage(error) else f"{path} cannot be read ({reason(error)})."


def is_damage(error: BaseException) -> bool:
    """Whether SQLite says that the file itself is broken, as against out of reach."""
    return str(getattr(error, "sqlite_errorname", "")).startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB"))


def reason(error: BaseException) -> str:
    """The system's words for what went wrong, in one line."""
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return " ".join(text.split())


def _examine(db: sqlite3.Connection, path: Path) -> None:
    """Raise UnusableError or sqlite3.Error unless the file is empty or a sound one of ours. Writes nothing."""
    db.execute("BEGIN")  # one view of the file: another session may be creating it meanwhile
    try:
        owner, version = _number(db, "application_id"), _number(db, "user_version")
        empty = not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if owner != APPLICATION_ID and not (empty and owner == version == 0):
            problem = f"{path} belongs to another program. Move it away, or choose another folder with --data-dir."
            raise UnusableError(problem)
        if version > VERSION:
            problem = f"{path} was written by a newer tutor (schema {version}, here {VERSION}). Update tutor."
            raise UnusableError(problem)
        if db.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise _damaged(path)
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")


def _use_wal(db: sqlite3.Connection) -> None:
    """Turn the write-ahead log on; where the file system cannot have one, SQLite keeps its rollback journal."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:  # two sessions that turn it on at once are not made to wait
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _migrate(db: sqlite3.Connection) -> None:
    """Bring the schema to VERSION, all or nothing. Takes the write lock, so a read-only file is noticed here."""
    db.execute("BEGIN IMMEDIATE")
    try:
        for version in range(_number(db, "user_version"), VERSION):
            for statement in MIGRATIONS[version]:
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {version + 1}")
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        for statement in DERIVED:
            db.execute(statement)
        for table in ("standing", *TABLES):
            db.execute(f"SELECT 1 FROM {table} LIMIT 0")  # none is missing
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _copy(source: sqlite3.Connection | Path, db: sqlite3.Connection) -> None:
    """Read all of `source`, a file in a read-only folder included, into `db`."""
    if isinstance(source, sqlite3.Connection):
        source.backup(db)
        return
    if not source.is_file():
        return
    # immutable: without it SQLite must write a lock file beside the database even to read it
    readonly = sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        _examine(readonly, source)
        readonly.backup(db)
    finally:
        readonly.close()


def _rows(db: sqlite3.Connection, table: str) -> tuple[list[str], list[tuple[object, ...]]]:
    """The columns of a table but `n`, and its rows in their order."""
    names = [name for _, name, *_ in db.execute(f"PRAGMA table_info({table})") if name != "n"]
    return names, db.execute(f"SELECT {', '.join(names)} FROM {table} ORDER BY rowid").fetchall()


def _names(path: Path) -> tuple[Path, ...]:
    return tuple(path.with_name(path.name + end) for end in ("", "-wal", "-shm"))


def _identity(path: Path) -> object:
    """Which file has this name, None for none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _number(db: sqlite3.Connection, pragma: str) -> int:
    return int(db.execute(f"PRAGMA {pragma}").fetchone()[0])


def _unusable(path: Path, error: Exception) -> UnusableError:
    mend = "Mend that, or choose another folder with --data-dir."
    return UnusableError(f"{path} cannot be used ({reason(error)}). {mend}")


def _damaged(path: Path) -> UnusableError:
    """Keep a copy of the damaged file, and say where."""
    try:
        kept = f"A copy is {_keep_copy(path).name} beside it"
    except OSError as error:
        kept = f"No copy could be made ({reason(error)})"
    return UnusableError(f"{path} is damaged. {kept}; move the file away to start afresh.")


def _keep_copy(path: Path) -> Path:
    """Copy the file and its log beside it under a name that is free; the same bytes are kept only once."""
    import filecmp

    number = 1
    while True:
        copy = path.with_name(f"{path.stem}.damaged-{number}{path.suffix}")
        if copy.is_file() and filecmp.cmp(path, copy, shallow=False):
            return copy
        try:
            with path.open("rb") as source, copy.open("xb") as target:
                shutil.copyfileobj(source, target)
        except FileExistsError:
            number += 1
            continue
        log = path.with_name(path.name + "-wal")
        if log.is_file():
            shutil.copyfile(log, copy.with_name(copy.name + "-wal"))
        return copy
