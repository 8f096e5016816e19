SELECT o.uri, q.reason, q.byte_offset AS "offset", q.length, o.records AS goodrecords,
       CASE WHEN octet_length(q.body) > 0 THEN CAST(q.body[1:60] AS VARCHAR) END AS text
FROM quarantine q JOIN objects o ON o.id = q.object_id
WHERE o.status <> 'superseded'
ORDER BY o.uri, q.byte_offset
