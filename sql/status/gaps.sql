-- Days without any object between days that have some.
WITH covered AS (
    SELECT DISTINCT account, region, kind, CAST(day AS DATE) AS day FROM objects
    WHERE day IS NOT NULL AND status <> 'superseded'
), stepped AS (
    SELECT *, lag(day) OVER (PARTITION BY account, region, kind ORDER BY day) AS previous FROM covered
)
SELECT account, region,
    CASE kind WHEN 1 THEN 'trail' WHEN 2 THEN 'insight' WHEN 3 THEN 'network-activity' WHEN 4 THEN 'aggregated' WHEN 5 THEN 'digest' ELSE 'unknown' END AS kind,
    strftime(previous + 1, '%Y-%m-%d') AS firstday, strftime(day - 1, '%Y-%m-%d') AS lastday, (day - previous - 1)::BIGINT AS days
FROM stepped WHERE day > previous + 1
ORDER BY account NULLS LAST, region NULLS LAST, kind, firstday
