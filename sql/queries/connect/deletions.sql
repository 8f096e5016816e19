-- title: Deletions by event, account and Region
-- about: How many Amazon Connect instances were deleted, and how many calls tried to and did not.
-- about: With event 'Delete%' and service '%' it counts every kind of deletion.
-- param: service string = 'connect.amazonaws.com' -- event source; a LIKE pattern, case ignored; '%' for any
-- param: event string = 'DeleteInstance' -- event name; a LIKE pattern, case ignored
-- param: from timestamp? -- events at or after this time
-- param: to timestamp? -- events before this time
-- param: account string? -- only this recipient account
-- param: region string? -- only this Region
-- tags: connect, impact, attack.t1485
SELECT
  eventsource,
  eventname,
  recipientaccountid,
  awsregion,
  -- A denied call is logged under the same name as a deletion: only the error tells them apart.
  count(CASE WHEN errorcode IS NULL AND errormessage IS NULL THEN 1 END) AS deleted,
  count(CASE WHEN errorcode IS NOT NULL OR errormessage IS NOT NULL THEN 1 END) AS failed,
  min(eventtime) AS firsttime,
  max(eventtime) AS lasttime
FROM cloudtrail_logs
WHERE lower(eventsource) LIKE lower(:service)
  AND lower(eventname) LIKE lower(:event)
  AND (:from IS NULL OR eventtime >= :from)
  AND (:to IS NULL OR eventtime < :to)
  AND (:account IS NULL OR recipientaccountid = :account)
  AND (:region IS NULL OR awsregion = :region)
GROUP BY eventsource, eventname, recipientaccountid, awsregion
ORDER BY deleted DESC, failed DESC, eventsource, eventname, recipientaccountid, awsregion
