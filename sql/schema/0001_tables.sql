-- Every sync run: what was asked for, by which offtrail, and how it ended. The counts add up: listed = ingested + already + quarantined + failed.
CREATE TABLE syncs (
    id          INTEGER NOT NULL,
    started     TIMESTAMP NOT NULL,
    ended       TIMESTAMP,            -- NULL: running, or killed
    outcome     VARCHAR,              -- ok, partial, interrupted, failed
    tool        VARCHAR NOT NULL,     -- offtrail's version
    arguments   VARCHAR NOT NULL,     -- JSON array, as typed
    listed      BIGINT, ingested BIGINT, already BIGINT, quarantined BIGINT, failed BIGINT,
    records     BIGINT, bytes BIGINT
);

-- The manifest: one row per object seen and version of it. Nothing is ever removed.
CREATE TABLE objects (
    id            INTEGER NOT NULL,
    content_id    INTEGER NOT NULL,   -- the object that holds this one's records: itself, or the same bytes seen elsewhere first
    sync_id       INTEGER NOT NULL,
    status        VARCHAR NOT NULL,   -- ingested, empty, copy, quarantined (good records are kept), superseded
    kind          UTINYINT NOT NULL,  -- 0 unknown, 1 trail, 2 insight, 3 network activity, 4 aggregated, 5 digest
    uri           VARCHAR NOT NULL,   -- where it was read
    bucket        VARCHAR,
    key           VARCHAR NOT NULL,   -- as delivered
    org           VARCHAR, account VARCHAR, region VARCHAR, day VARCHAR,  -- from the key; day as YYYY-MM-DD
    size          BIGINT NOT NULL,    -- bytes as delivered
    etag          VARCHAR, version_id VARCHAR,
    last_modified TIMESTAMP,
    metadata      VARCHAR,            -- user metadata, JSON; a digest's signature is here
    encoding      VARCHAR NOT NULL,   -- gzip, zstd or none
    sha256        VARCHAR NOT NULL,   -- of the bytes as delivered
    content_sha256 VARCHAR NOT NULL,  -- of the inflated bytes
    content_size  BIGINT NOT NULL,
    records       INTEGER NOT NULL,
    stem_hash     UBIGINT NOT NULL, fingerprint UBIGINT NOT NULL,  -- what the next sync compares
    ingested_at   TIMESTAMP NOT NULL
);

-- What an object held that is no record.
CREATE TABLE quarantine (
    object_id   INTEGER NOT NULL,
    byte_offset BIGINT NOT NULL,      -- in the inflated object
    length      BIGINT NOT NULL,
    reason      VARCHAR NOT NULL,
    body        BLOB                  -- the stretch; its first 16 MiB when longer
);

-- Objects that could not be read, in the sync where that happened. The next sync tries them again.
CREATE TABLE failures (sync_id INTEGER NOT NULL, uri VARCHAR NOT NULL, reason VARCHAR NOT NULL);

-- Day prefixes that a sync listed and took in whole, for --settled.
CREATE TABLE listings (prefix VARCHAR NOT NULL, day VARCHAR NOT NULL, listed_at TIMESTAMP NOT NULL);

-- One row per delivered record. Columns have Athena's names and types where loading fast allows; the rest is in the views.
-- A sync fills records_bulk in whole row groups, which DuckDB compresses once; what is left over goes to records_recent,
-- and at the end of the sync to records_bulk as well. Read records: it is both while a sync runs or after one was killed, and
-- else records_bulk alone, since DuckDB reads a single field of a STRUCT only without a UNION.
CREATE TABLE records_bulk (
    object_id  INTEGER NOT NULL,
    position   INTEGER NOT NULL,      -- index in the object
    kind       UTINYINT NOT NULL,     -- 1 trail, 2 insight, 3 network activity
    account    VARCHAR,               -- from the key; of a loose file, from the record
    region     VARCHAR,
    delivered  VARCHAR,               -- YYYY/MM/DD, likewise
    eventversion VARCHAR,
    useridentity STRUCT(
        type VARCHAR, principalid VARCHAR, arn VARCHAR, accountid VARCHAR, invokedby VARCHAR, accesskeyid VARCHAR, username VARCHAR,
        onbehalfof STRUCT(userid VARCHAR, identitystorearn VARCHAR),
        sessioncontext STRUCT(
            attributes STRUCT(mfaauthenticated VARCHAR, creationdate VARCHAR),
            sessionissuer STRUCT(type VARCHAR, principalid VARCHAR, arn VARCHAR, accountid VARCHAR, username VARCHAR),
            ec2roledelivery VARCHAR,
            webidfederationdata STRUCT(federatedprovider VARCHAR, attributes MAP(VARCHAR, VARCHAR)))),
    event_time TIMESTAMP,             -- NULL when not YYYY-MM-DDTHH:MM:SSZ; then the text is in rest
    eventsource VARCHAR, eventname VARCHAR, awsregion VARCHAR, sourceipaddress VARCHAR, useragent VARCHAR,
    errorcode VARCHAR, errormessage VARCHAR,
    requestparameters VARCHAR, responseelements VARCHAR, additionaleventdata VARCHAR,
    requestid VARCHAR,
    event_id UUID,                    -- NULL when not a lower-case UUID; then the text is in rest
    resources STRUCT(arn VARCHAR, accountid VARCHAR, type VARCHAR)[],
    eventtype VARCHAR, apiversion VARCHAR,
    read_only BOOLEAN,
    recipientaccountid VARCHAR, serviceeventdetails VARCHAR, sharedeventid VARCHAR,
    vpcendpointid VARCHAR, vpcendpointaccountid VARCHAR, eventcategory VARCHAR,
    addendum STRUCT(reason VARCHAR, updatedfields VARCHAR, originalrequestid VARCHAR, originaleventid VARCHAR),
    sessioncredentialfromconsole VARCHAR, edgedevicedetails VARCHAR,
    tlsdetails STRUCT(tlsversion VARCHAR, ciphersuite VARCHAR, clientprovidedhostheader VARCHAR),
    managementevent BOOLEAN,
    insightdetails VARCHAR,
    rest  VARCHAR,                    -- JSON to lay over what the columns say: keys and forms they cannot hold
    nulls UINTEGER NOT NULL           -- bit per known top-level key that was null rather than absent
);

CREATE TABLE records_recent AS FROM records_bulk;
CREATE VIEW records AS FROM records_bulk;

-- Records of objects that changed in place later: evidence, but no longer what the bucket holds.
CREATE TABLE superseded_records AS FROM records_bulk;

-- Records whose row cannot say all that they said (invalid UTF-8, duplicate keys …), byte for byte; and envelopes.
CREATE TABLE originals (object_id INTEGER NOT NULL, position INTEGER NOT NULL, reason VARCHAR NOT NULL, body BLOB NOT NULL);

-- Aggregated records (AwsAggregatedEvent) have neither eventTime nor eventName.
CREATE TABLE aggregated_records (object_id INTEGER NOT NULL, position INTEGER NOT NULL, record VARCHAR NOT NULL);

-- Digest files, whole.
CREATE TABLE digests (object_id INTEGER NOT NULL, body VARCHAR NOT NULL);

-- Deliveries of an event after its first (by key, then position). same: nothing in the record differs from the first.
CREATE TABLE repeats (
    object_id INTEGER NOT NULL, position INTEGER NOT NULL,
    first_object_id INTEGER NOT NULL, first_position INTEGER NOT NULL,
    same BOOLEAN NOT NULL
);
-- Which objects the search for repeats has seen.
CREATE TABLE repeats_through (object_id INTEGER NOT NULL);
