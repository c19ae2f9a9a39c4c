-- The hub's tables in SQL Server 2017 or later (not tested). It creates those that are missing when it starts; run this
-- yourself, in the hub's database and the account's default schema, when its account may not.

-- The log: one row a batch of updates. Akka.Persistence.Sql's layout. The unique key is what keeps a second writer out,
-- and the collation keeps hubs apart whose names differ in case only.
CREATE TABLE journal (
    ordering         bigint IDENTITY(1, 1) NOT NULL PRIMARY KEY,
    created          bigint NOT NULL,
    deleted          bit NOT NULL,
    persistence_id   nvarchar(255) COLLATE Latin1_General_100_BIN2 NOT NULL,
    sequence_number  bigint NOT NULL,
    message          varbinary(max) NOT NULL,
    tags             nvarchar(100),
    manifest         nvarchar(500),
    identifier       int,
    writer_uuid      nvarchar(128),
    CONSTRAINT journal_uq UNIQUE (persistence_id, sequence_number)
);

-- The writer's state, to start faster. Akka.Persistence.Sql's layout.
CREATE TABLE snapshot (
    persistence_id   nvarchar(255) COLLATE Latin1_General_100_BIN2 NOT NULL,
    sequence_number  bigint NOT NULL,
    created          datetime2 NOT NULL,
    snapshot         varbinary(max),
    manifest         nvarchar(500),
    serializer_id    int,
    PRIMARY KEY (persistence_id, sequence_number)
);

-- Where updates with ids of the publishers' own stand.
CREATE TABLE mercure_update_ids (
    persistence_id   nvarchar(255) COLLATE Latin1_General_100_BIN2 NOT NULL,
    hash             bigint NOT NULL,
    position         bigint NOT NULL,
    PRIMARY KEY (persistence_id, hash, position)
);

-- How far that index was written.
CREATE TABLE mercure_update_id_watermarks (
    persistence_id   nvarchar(255) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
    sequence_number  bigint NOT NULL,
    epoch_nonce      bigint NOT NULL
);

-- Written by the health check.
CREATE TABLE mercure_probes (
    persistence_id   nvarchar(255) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
    probe            bigint NOT NULL
);

-- Leases of a cluster: who may found it, which side of a split goes on. Times are the database's, in milliseconds.
CREATE TABLE mercure_leases (
    name             nvarchar(255) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
    owner            nvarchar(255) COLLATE Latin1_General_100_BIN2 NOT NULL,
    version          bigint NOT NULL,
    expires_at       bigint NOT NULL
);

-- Nodes of a cluster: where they find each other.
CREATE TABLE mercure_cluster_nodes (
    hub              nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    address          nvarchar(255) COLLATE Latin1_General_100_BIN2 NOT NULL,
    incarnation      bigint NOT NULL,
    formation        bigint NOT NULL,
    seen_at          bigint NOT NULL,
    PRIMARY KEY (hub, address)
);
