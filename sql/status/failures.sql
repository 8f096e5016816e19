-- Objects that could not be read, unless a later sync read them.
SELECT f.uri, f.reason, s.started AS "at"
FROM (SELECT uri, max_by(reason, sync_id) AS reason, max(sync_id) AS sync_id FROM failures GROUP BY uri) f
JOIN syncs s ON s.id = f.sync_id
WHERE NOT EXISTS (SELECT 1 FROM objects o WHERE o.uri = f.uri AND o.sync_id >= f.sync_id)
ORDER BY f.uri
