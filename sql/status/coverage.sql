-- Per account, Region and kind: the days of delivery that have objects, and those between them that have none.
WITH repeated AS (
    SELECT object_id, count(*) AS repeats FROM repeats GROUP BY object_id
)
SELECT
    o.account, o.region,
    CASE o.kind WHEN 1 THEN 'trail' WHEN 2 THEN 'insight' WHEN 3 THEN 'network-activity' WHEN 4 THEN 'aggregated' WHEN 5 THEN 'digest' ELSE 'unknown' END AS kind,
    min(o.day) AS firstday, max(o.day) AS lastday,
    count(DISTINCT o.day) AS days,
    (CAST(max(o.day) AS DATE) - CAST(min(o.day) AS DATE) + 1 - count(DISTINCT o.day))::BIGINT AS missingdays,
    count(*) AS objects,
    sum(o.records)::BIGINT AS records,
    coalesce(sum(r.repeats), 0)::BIGINT AS repeats,
    count(*) FILTER (o.status = 'quarantined') AS quarantined,
    sum(o.size)::BIGINT AS bytes
FROM objects o LEFT JOIN repeated r ON r.object_id = o.id
WHERE o.status NOT IN ('copy', 'superseded')
GROUP BY o.account, o.region, o.kind
ORDER BY o.account NULLS LAST, o.region NULLS LAST, o.kind
