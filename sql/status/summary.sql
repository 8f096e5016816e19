SELECT item, value FROM (
    SELECT 1 AS nth, 'records' AS item, (SELECT count(*) FROM records) AS value
    UNION ALL SELECT 2, 'of these, repeated deliveries', (SELECT count(*) FROM repeats)
    UNION ALL SELECT 3, 'of these, repeats that differ from the first delivery', (SELECT count(*) FROM repeats WHERE NOT same)
    UNION ALL SELECT 4, 'aggregated records', (SELECT count(*) FROM aggregated)
    UNION ALL SELECT 5, 'records kept byte for byte as well', (SELECT count(*) FROM originals)
    UNION ALL SELECT 6, 'records superseded by a changed object', (SELECT count(*) FROM superseded_records)
    UNION ALL SELECT 7, 'objects', (SELECT count(*) FROM objects)
    UNION ALL SELECT 8, 'objects ingested', (SELECT count(*) FROM objects WHERE status = 'ingested')
    UNION ALL SELECT 9, 'objects empty', (SELECT count(*) FROM objects WHERE status = 'empty')
    UNION ALL SELECT 10, 'objects quarantined', (SELECT count(*) FROM objects WHERE status = 'quarantined')
    UNION ALL SELECT 11, 'objects that are copies of others', (SELECT count(*) FROM objects WHERE status = 'copy')
    UNION ALL SELECT 12, 'objects superseded', (SELECT count(*) FROM objects WHERE status = 'superseded')
    UNION ALL SELECT 13, 'digests', (SELECT count(*) FROM digests)
    UNION ALL SELECT 14, 'bytes of the objects as delivered', (SELECT coalesce(sum(size), 0)::BIGINT FROM objects WHERE status NOT IN ('copy', 'superseded'))
    UNION ALL SELECT 15, 'syncs', (SELECT count(*) FROM syncs)
    UNION ALL SELECT 16, 'syncs killed or still running', (SELECT count(*) FROM syncs WHERE ended IS NULL)
) ORDER BY nth
