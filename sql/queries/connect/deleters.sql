-- title: Who deleted, when and from where
-- about: Every call that deleted an Amazon Connect instance or tried to, with the identity behind it, in time order.
-- about: issuerarn is the role (or user) whose session made the call.
-- param: service string = 'connect.amazonaws.com' -- event source; a LIKE pattern, case ignored; '%' for any
-- param: event string = 'DeleteInstance' -- event name; a LIKE pattern, case ignored
-- param: from timestamp? -- events at or after this time
-- param: to timestamp? -- events before this time
-- param: account string? -- only this recipient account
-- param: region string? -- only this Region
-- tags: connect, impact, attack.t1485
SELECT
  eventtime,
  eventsource,
  eventname,
  CASE WHEN errorcode IS NULL AND errormessage IS NULL THEN 'deleted' ELSE 'failed' END AS outcome,
  useridentity.type AS identitytype,
  useridentity.principalid AS principalid,
  useridentity.username AS username,
  useridentity.arn AS arn,
  useridentity.sessioncontext.sessionissuer.arn AS issuerarn,
  useridentity.accesskeyid AS accesskeyid,
  useridentity.invokedby AS invokedby,
  recipientaccountid,
  awsregion,
  sourceipaddress,
  useragent,
  errorcode,
  errormessage,
  requestparameters,
  responseelements,
  eventid
FROM cloudtrail_logs
WHERE lower(eventsource) LIKE lower(:service)
  AND lower(eventname) LIKE lower(:event)
  AND (:from IS NULL OR eventtime >= :from)
  AND (:to IS NULL OR eventtime < :to)
  AND (:account IS NULL OR recipientaccountid = :account)
  AND (:region IS NULL OR awsregion = :region)
ORDER BY eventtime, eventid, eventsource, eventname, recipientaccountid, awsregion, requestparameters
