SELECT id, started, ended, coalesce(outcome, 'killed or running') AS outcome, listed, ingested, already, quarantined, failed,
       records, bytes, tool, arguments
FROM syncs ORDER BY id
