-- Every record as Athena would show it, and what offtrail's other views need.
CREATE VIEW delivered_records AS
SELECT
    eventversion, useridentity,
    CASE WHEN event_time IS NULL THEN (rest->>'$.eventTime') ELSE strftime(event_time, '%Y-%m-%dT%H:%M:%SZ') END AS eventtime,
    eventsource, eventname, awsregion, sourceipaddress, useragent, errorcode, errormessage,
    requestparameters, responseelements, additionaleventdata, requestid,
    CASE WHEN event_id IS NULL THEN (rest->>'$.eventID') ELSE CAST(event_id AS VARCHAR) END AS eventid,
    resources, eventtype, apiversion,
    CASE WHEN read_only THEN 'true' WHEN NOT read_only THEN 'false' ELSE (rest->>'$.readOnly') END AS readonly,
    recipientaccountid, serviceeventdetails, sharedeventid, vpcendpointid, vpcendpointaccountid, eventcategory,
    addendum, sessioncredentialfromconsole, edgedevicedetails, tlsdetails,
    account, region,
    substr(delivered, 1, 4) AS "year", substr(delivered, 6, 2) AS "month", substr(delivered, 9, 2) AS "day",
    delivered AS "timestamp",
    kind, object_id, position, event_time, event_id, read_only, managementevent, insightdetails, rest
FROM records;

-- The columns, order and types of Athena's table for an organization trail (AWS, "Create a table for an organization
-- wide trail", June 2026), as delivered: what Athena would count, it counts.
CREATE VIEW cloudtrail_logs AS
SELECT * EXCLUDE ("timestamp", kind, object_id, position, event_time, event_id, read_only, managementevent, insightdetails, rest)
FROM delivered_records WHERE kind = 1;

-- The same with each event once.
CREATE VIEW cloudtrail_logs_once AS
SELECT * EXCLUDE ("timestamp", kind, object_id, position, event_time, event_id, read_only, managementevent, insightdetails, rest)
FROM delivered_records ANTI JOIN repeats USING (object_id, position) WHERE kind = 1;

-- The same two with the columns that Athena answers when named and leaves out of *.
CREATE VIEW cloudtrail_logs_hidden AS
SELECT r.* EXCLUDE (kind, object_id, position, event_time, event_id, read_only, managementevent, insightdetails, rest), o.uri AS "$path"
FROM delivered_records r LEFT JOIN objects o ON o.id = r.object_id WHERE r.kind = 1;

CREATE VIEW cloudtrail_logs_once_hidden AS
SELECT r.* EXCLUDE (kind, object_id, position, event_time, event_id, read_only, managementevent, insightdetails, rest), o.uri AS "$path"
FROM (FROM delivered_records ANTI JOIN repeats USING (object_id, position)) r LEFT JOIN objects o ON o.id = r.object_id WHERE r.kind = 1;

-- Network activity events: the same table over its own folder, as AWS documents it.
CREATE VIEW cloudtrail_network_activity AS
SELECT * EXCLUDE ("timestamp", kind, object_id, position, event_time, event_id, read_only, managementevent, insightdetails, rest)
FROM delivered_records WHERE kind = 3;

-- For people: each event once, real types, and the fields that Athena's table lacks. Management, data and network
-- activity events.
CREATE VIEW events AS
SELECT
    coalesce(event_time, try_cast(rest->>'$.eventTime' AS TIMESTAMP), try_cast(rest->>'$."@timestamp"' AS TIMESTAMP)) AS eventtime,
    eventid, eventsource, eventname, account, region, awsregion, recipientaccountid,
    useridentity.type AS identitytype,
    useridentity.arn AS arn,
    coalesce(useridentity.username, useridentity.sessioncontext.sessionissuer.username) AS username,
    useridentity.principalid AS principalid,
    useridentity.accesskeyid AS accesskeyid,
    useridentity.invokedby AS invokedby,
    useridentity.sessioncontext.sessionissuer.arn AS rolearn,
    rest->>'$.userIdentity.sessionContext.sourceIdentity' AS sourceidentity,
    useridentity.sessioncontext.attributes.mfaauthenticated = 'true' AS mfa,
    sourceipaddress, useragent, errorcode, errormessage,
    read_only AS readonly, managementevent,
    requestparameters, responseelements, additionaleventdata, resources,
    eventtype, eventcategory, requestid, sharedeventid, apiversion, eventversion,
    vpcendpointid, vpcendpointaccountid, addendum,
    sessioncredentialfromconsole = 'true' AS consolesession,
    useridentity.onbehalfof AS onbehalfof,
    rest->'$.userIdentity.inScopeOf' AS inscopeof,
    rest->>'$.userIdentity.credentialId' AS credentialid,
    rest->>'$.userIdentity.identityProvider' AS identityprovider,
    tlsdetails,
    rest->>'$.tlsDetails.keyExchange' AS keyexchange,
    serviceeventdetails, edgedevicedetails, useridentity, rest AS otherfields,
    kind, object_id, position
FROM delivered_records ANTI JOIN repeats USING (object_id, position)
WHERE kind IN (1, 3);

-- CloudTrail Insights events: a start and an end share a sharedeventid.
CREATE VIEW insights AS
SELECT eventtime, eventid, sharedeventid, account, region, recipientaccountid, eventtype, eventversion,
       insightdetails->>'$.state' AS state, insightdetails->>'$.insightType' AS insighttype,
       insightdetails->>'$.eventSource' AS eventsource, insightdetails->>'$.eventName' AS eventname,
       insightdetails->>'$.errorCode' AS errorcode, insightdetails, rest AS otherfields
FROM delivered_records ANTI JOIN repeats USING (object_id, position)
WHERE kind = 2;

-- Aggregated data events: five minutes of one API's activity in a row.
CREATE VIEW aggregated AS
SELECT record->>'$.eventId' AS eventid, record->>'$.accountId' AS accountid, record->>'$.awsRegion' AS awsregion,
       record->>'$.eventSource' AS eventsource,
       try_cast(record->>'$.timeWindow.windowStart' AS TIMESTAMP) AS windowstart,
       try_cast(record->>'$.timeWindow.windowEnd' AS TIMESTAMP) AS windowend,
       record->>'$.timeWindow.windowSize' AS windowsize,
       record->>'$.summary.primaryDimension.dimension' AS dimension,
       record->>'$.summary.primaryDimension.aggregationType' AS aggregationtype,
       record->'$.summary' AS summary, record->'$.addendum' AS addendum, record,
       object_id, position
FROM aggregated_records SEMI JOIN (SELECT content_id FROM objects WHERE status <> 'superseded') held ON held.content_id = object_id;
