-- The hub's tables in MariaDB 10.6 or MySQL 8.0, or later. It creates those that are missing when it starts; run this
-- yourself, in the hub's database, when its account may not.

-- The log: one row a batch of updates. Akka.Persistence.Sql's layout. The unique key is what keeps a second writer out,
-- and the collation keeps hubs apart whose names differ in case only.
CREATE TABLE journal (
    ordering         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    created          BIGINT NOT NULL,
    deleted          TINYINT(1) NOT NULL,
    persistence_id   VARCHAR(255) NOT NULL,
    sequence_number  BIGINT NOT NULL,
    message          LONGBLOB NOT NULL,
    tags             VARCHAR(100),
    manifest         VARCHAR(500),
    identifier       INT,
    writer_uuid      VARCHAR(128),
    CONSTRAINT journal_uq UNIQUE (persistence_id, sequence_number)
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- The writer's state, to start faster. Akka.Persistence.Sql's layout.
CREATE TABLE snapshot (
    persistence_id   VARCHAR(255) NOT NULL,
    sequence_number  BIGINT NOT NULL,
    created          BIGINT NOT NULL,
    snapshot         LONGBLOB,
    manifest         VARCHAR(500),
    serializer_id    INT,
    PRIMARY KEY (persistence_id, sequence_number)
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Where updates with ids of the publishers' own stand.
CREATE TABLE mercure_update_ids (
    persistence_id   VARCHAR(255) NOT NULL,
    hash             BIGINT NOT NULL,
    position         BIGINT NOT NULL,
    PRIMARY KEY (persistence_id, hash, position)
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- How far that index was written.
CREATE TABLE mercure_update_id_watermarks (
    persistence_id   VARCHAR(255) NOT NULL PRIMARY KEY,
    sequence_number  BIGINT NOT NULL,
    epoch_nonce      BIGINT NOT NULL
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Written by the health check.
CREATE TABLE mercure_probes (
    persistence_id   VARCHAR(255) NOT NULL PRIMARY KEY,
    probe            BIGINT NOT NULL
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Leases of a cluster: who may found it, which side of a split goes on. Times are the database's, in milliseconds.
CREATE TABLE mercure_leases (
    name             VARCHAR(255) NOT NULL PRIMARY KEY,
    owner            VARCHAR(255) NOT NULL,
    version          BIGINT NOT NULL,
    expires_at       BIGINT NOT NULL
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Nodes of a cluster: where they find each other.
CREATE TABLE mercure_cluster_nodes (
    hub              VARCHAR(64) NOT NULL,
    address          VARCHAR(255) NOT NULL,
    incarnation      BIGINT NOT NULL,
    formation        BIGINT NOT NULL,
    seen_at          BIGINT NOT NULL,
    PRIMARY KEY (hub, address)
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
