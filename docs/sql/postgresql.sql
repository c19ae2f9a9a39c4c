-- The hub's tables in PostgreSQL 12 or later. It creates those that are missing when it starts; run this
-- yourself, in the hub's database, when its account may not.

-- The log: one row a batch of updates. Akka.Persistence.Sql's layout. The unique key is what keeps a second writer out.
CREATE TABLE journal (
    ordering         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    created          bigint NOT NULL,
    deleted          boolean NOT NULL,
    persistence_id   varchar(255) COLLATE "C" NOT NULL,
    sequence_number  bigint NOT NULL,
    message          bytea NOT NULL,
    tags             varchar(100),
    manifest         varchar(500),
    identifier       integer,
    writer_uuid      varchar(128),
    CONSTRAINT journal_uq UNIQUE (persistence_id, sequence_number)
);

-- The writer's state, to start faster. Akka.Persistence.Sql's layout.
CREATE TABLE snapshot (
    persistence_id   varchar(255) COLLATE "C" NOT NULL,
    sequence_number  bigint NOT NULL,
    created          bigint NOT NULL,
    snapshot         bytea,
    manifest         varchar(500),
    serializer_id    integer,
    PRIMARY KEY (persistence_id, sequence_number)
);

-- Where updates with ids of the publishers' own stand.
CREATE TABLE mercure_update_ids (
    persistence_id   varchar(255) COLLATE "C" NOT NULL,
    hash             bigint NOT NULL,
    position         bigint NOT NULL,
    PRIMARY KEY (persistence_id, hash, position)
);

-- How far that index was written.
CREATE TABLE mercure_update_id_watermarks (
    persistence_id   varchar(255) COLLATE "C" PRIMARY KEY,
    sequence_number  bigint NOT NULL,
    epoch_nonce      bigint NOT NULL
);

-- Written by the health check.
CREATE TABLE mercure_probes (
    persistence_id   varchar(255) COLLATE "C" PRIMARY KEY,
    probe            bigint NOT NULL
);

-- Leases of a cluster: who may found it, which side of a split goes on. Times are the database's, in milliseconds.
CREATE TABLE mercure_leases (
    name             varchar(255) COLLATE "C" NOT NULL PRIMARY KEY,
    owner            varchar(255) COLLATE "C" NOT NULL,
    version          bigint NOT NULL,
    expires_at       bigint NOT NULL
);

-- Nodes of a cluster: where they find each other.
CREATE TABLE mercure_cluster_nodes (
    hub              varchar(64) COLLATE "C" NOT NULL,
    address          varchar(255) COLLATE "C" NOT NULL,
    incarnation      bigint NOT NULL,
    formation        bigint NOT NULL,
    seen_at          bigint NOT NULL,
    PRIMARY KEY (hub, address)
);
