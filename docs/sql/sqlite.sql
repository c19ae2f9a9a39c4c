-- The hub's tables in SQLite, which the hub creates: journal and mercure_probes in the file that DB_PATH names, the
-- snapshots and the index of ids in files beside it, which can be made again.

-- The log: one row a batch of updates. Akka.Persistence.Sql's layout. The unique key is what keeps a second writer out.
CREATE TABLE journal (
    ordering         INTEGER PRIMARY KEY AUTOINCREMENT,
    created          INTEGER NOT NULL,
    deleted          BIT NOT NULL,
    persistence_id   VARCHAR(255) NOT NULL,
    sequence_number  INTEGER NOT NULL,
    message          BLOB NOT NULL,
    tags             VARCHAR(100),
    manifest         VARCHAR(500),
    identifier       INTEGER,
    writer_uuid      VARCHAR(128),
    CONSTRAINT journal_uq UNIQUE (persistence_id, sequence_number)
);

-- The writer's state, to start faster. Akka.Persistence.Sql's layout.
CREATE TABLE snapshot (
    persistence_id   VARCHAR(255) NOT NULL,
    sequence_number  INTEGER NOT NULL,
    created          INTEGER NOT NULL,
    snapshot         BLOB,
    manifest         VARCHAR(500),
    serializer_id    INTEGER,
    PRIMARY KEY (persistence_id, sequence_number)
);

-- Where updates with ids of the publishers' own stand.
CREATE TABLE mercure_update_ids (
    persistence_id   VARCHAR(255) NOT NULL,
    hash             INTEGER NOT NULL,
    position         INTEGER NOT NULL,
    PRIMARY KEY (persistence_id, hash, position)
) WITHOUT ROWID;

-- How far that index was written.
CREATE TABLE mercure_update_id_watermarks (
    persistence_id   VARCHAR(255) NOT NULL PRIMARY KEY,
    sequence_number  INTEGER NOT NULL,
    epoch_nonce      INTEGER NOT NULL
);

-- Written by the health check.
CREATE TABLE mercure_probes (
    persistence_id   VARCHAR(255) NOT NULL PRIMARY KEY,
    probe            INTEGER NOT NULL
);
