-- What a question's answer may lack: how the last sync ended, what it did not reach, and what could not be read since.
SELECT
    coalesce(last.outcome, 'killed') AS outcome,
    coalesce(last.listed - last.ingested - last.already - last.quarantined - last.failed, 0) AS unreached,
    (SELECT count(DISTINCT f.uri) FROM failures f
     WHERE NOT EXISTS (SELECT 1 FROM objects o WHERE o.uri = f.uri AND o.sync_id >= f.sync_id)) AS unread,
    (SELECT count(*) FROM objects WHERE status = 'quarantined') AS quarantined,
    (SELECT count(*) = 0 FROM records) AS empty
FROM (SELECT * FROM syncs ORDER BY id DESC LIMIT 1) last
