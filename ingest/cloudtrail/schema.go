package cloudtrail

// FieldType says how a field of a record is held.
type FieldType uint8

// The types of fields.
const (
	Text   FieldType = iota // a JSON string, held as its text
	JSON                    // any JSON value, held as compact JSON text; CloudTrail delivers objects
	Bool                    // true or false
	Time                    // YYYY-MM-DDTHH:MM:SSZ, held as a timestamp
	UUID                    // a lower-case UUID
	Struct                  // an object with known fields
	Map                     // an object with any keys and string values
	List                    // an array of objects with known fields, all Text
)

// Field is a key of a record that offtrail knows, and where its value goes.
type Field struct {
	JSON   string // the key, spelled as AWS documents it
	Column string // the name in Athena's documented table; of a nested field, the name in its struct
	Type   FieldType
	Slot   int     // index among the batch's fields of the same Type
	Fields []Field // of a Struct or List
	null   uint    // bit of Batch.Nulls; only top-level fields have one
	marker bool    // only a CloudTrail record has this key
}

// object is a set of fields that the record parser looks keys up in.
type object struct {
	fields []Field
	byKey  map[string]int
	folded map[string]int // by lower-case key: Hive's SerDe matches without case
	nested []*object      // by field index; nil for a field that is no Struct
	slot   int            // of the Struct; structs for the record itself
}

// Fields lists the top-level fields in the order of Athena's documented table (AWS, "Create a CloudTrail table", June
// 2026), then those that the table lacks. A key that is not here survives in Batch.Rest.
func Fields() []Field { return schema.fields }

// maxFields is the most fields that an object may have: Batch.Nulls has so many bits.
const maxFields = 32

// Sizes of a batch: how many fields of each type the schema has.
const (
	texts   = 48
	structs = 8
	bools   = 2
)

var schema = newObject(number([]Field{
	{JSON: "eventVersion", Column: "eventversion", marker: true},
	{JSON: "userIdentity", Column: "useridentity", Type: Struct, Fields: []Field{
		{JSON: "type", Column: "type"},
		{JSON: "principalId", Column: "principalid"},
		{JSON: "arn", Column: "arn"},
		{JSON: "accountId", Column: "accountid"},
		{JSON: "invokedBy", Column: "invokedby"},
		{JSON: "accessKeyId", Column: "accesskeyid"},
		{JSON: "userName", Column: "username"},
		{JSON: "onBehalfOf", Column: "onbehalfof", Type: Struct, Fields: []Field{
			{JSON: "userId", Column: "userid"},
			{JSON: "identityStoreArn", Column: "identitystorearn"},
		}},
		{JSON: "sessionContext", Column: "sessioncontext", Type: Struct, Fields: []Field{
			{JSON: "attributes", Column: "attributes", Type: Struct, Fields: []Field{
				{JSON: "mfaAuthenticated", Column: "mfaauthenticated"},
				{JSON: "creationDate", Column: "creationdate"},
			}},
			{JSON: "sessionIssuer", Column: "sessionissuer", Type: Struct, Fields: []Field{
				{JSON: "type", Column: "type"},
				{JSON: "principalId", Column: "principalid"},
				{JSON: "arn", Column: "arn"},
				{JSON: "accountId", Column: "accountid"},
				{JSON: "userName", Column: "username"},
			}},
			{JSON: "ec2RoleDelivery", Column: "ec2roledelivery"},
			{JSON: "webIdFederationData", Column: "webidfederationdata", Type: Struct, Fields: []Field{
				{JSON: "federatedProvider", Column: "federatedprovider"},
				{JSON: "attributes", Column: "attributes", Type: Map},
			}},
		}},
	}},
	{JSON: "eventTime", Column: "eventtime", Type: Time},
	{JSON: "eventSource", Column: "eventsource", marker: true},
	{JSON: "eventName", Column: "eventname", marker: true},
	{JSON: "awsRegion", Column: "awsregion"},
	{JSON: "sourceIPAddress", Column: "sourceipaddress"},
	{JSON: "userAgent", Column: "useragent"},
	{JSON: "errorCode", Column: "errorcode"},
	{JSON: "errorMessage", Column: "errormessage"},
	{JSON: "requestParameters", Column: "requestparameters", Type: JSON},
	{JSON: "responseElements", Column: "responseelements", Type: JSON},
	{JSON: "additionalEventData", Column: "additionaleventdata", Type: JSON},
	{JSON: "requestID", Column: "requestid"},
	{JSON: "eventID", Column: "eventid", Type: UUID, marker: true},
	{JSON: "resources", Column: "resources", Type: List, Fields: []Field{
		{JSON: "ARN", Column: "arn"},
		{JSON: "accountId", Column: "accountid"},
		{JSON: "type", Column: "type"},
	}},
	{JSON: "eventType", Column: "eventtype", marker: true},
	{JSON: "apiVersion", Column: "apiversion"},
	{JSON: "readOnly", Column: "readonly", Type: Bool},
	{JSON: "recipientAccountId", Column: "recipientaccountid"},
	{JSON: "serviceEventDetails", Column: "serviceeventdetails", Type: JSON},
	{JSON: "sharedEventID", Column: "sharedeventid"},
	{JSON: "vpcEndpointId", Column: "vpcendpointid"},
	{JSON: "vpcEndpointAccountId", Column: "vpcendpointaccountid"},
	{JSON: "eventCategory", Column: "eventcategory", marker: true},
	{JSON: "addendum", Column: "addendum", Type: Struct, Fields: []Field{
		{JSON: "reason", Column: "reason"},
		{JSON: "updatedFields", Column: "updatedfields"},
		{JSON: "originalRequestID", Column: "originalrequestid"},
		{JSON: "originalEventID", Column: "originaleventid"},
	}},
	{JSON: "sessionCredentialFromConsole", Column: "sessioncredentialfromconsole"},
	{JSON: "edgeDeviceDetails", Column: "edgedevicedetails", Type: JSON},
	{JSON: "tlsDetails", Column: "tlsdetails", Type: Struct, Fields: []Field{
		{JSON: "tlsVersion", Column: "tlsversion"},
		{JSON: "cipherSuite", Column: "ciphersuite"},
		{JSON: "clientProvidedHostHeader", Column: "clientprovidedhostheader"},
	}},
	{JSON: "managementEvent", Column: "managementevent", Type: Bool},
	{JSON: "insightDetails", Column: "insightdetails", Type: JSON},
}))

// number gives every field its slot, depth first, and every top-level field its null bit.
func number(fields []Field) []Field {
	var next [List + 1]int
	var walk func([]Field)
	walk = func(fields []Field) {
		for i := range fields {
			f := &fields[i]
			kind := f.Type
			if kind == JSON {
				kind = Text // both are spans of text, and share their slots
			}
			f.Slot = next[kind]
			next[kind]++
			if f.Type != List { // a list's columns are its own
				walk(f.Fields)
			}
		}
	}
	walk(fields)
	for i := range fields {
		fields[i].null = uint(i)
	}
	return fields
}

func newObject(fields []Field) *object {
	o := &object{fields: fields, byKey: map[string]int{}, folded: map[string]int{}, nested: make([]*object, len(fields)), slot: structs}
	for i, f := range fields {
		o.byKey[f.JSON] = i
		o.folded[string(foldKey(nil, []byte(f.JSON)))] = i
		if f.Type == Struct {
			o.nested[i] = newObject(f.Fields)
			o.nested[i].slot = f.Slot
		}
	}
	return o
}

// find returns the index of the field that key names, or -1.
func (o *object) find(key []byte) int {
	if i, known := o.byKey[string(key)]; known {
		return i
	}
	return -1
}

// findFolded is find without regard to case.
func (o *object) findFolded(key []byte) int {
	var folded [64]byte
	if len(key) > len(folded) {
		return -1
	}
	if i, known := o.folded[string(foldKey(folded[:0], key))]; known {
		return i
	}
	return -1
}

// foldKey appends key in lower case, as far as it is ASCII: Hive's SerDe folds no more.
func foldKey(dst, key []byte) []byte {
	for _, c := range key {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}

// Slot returns the slot of a top-level field by its key.
func Slot(key string) int { return schema.fields[schema.byKey[key]].Slot }

// Slots that the decoder itself looks at.
var (
	slotEventCategory = Slot("eventCategory")
	slotEventType     = Slot("eventType")
)

// kindOfCategory tells the kind of a record whose key does not: a loose file, or a member of an archive.
func kindOfCategory(category, eventType []byte) Kind {
	switch {
	case string(category) == "Insight", string(eventType) == "AwsCloudTrailInsight":
		return KindInsight
	case string(category) == "NetworkActivity", string(eventType) == "AwsVpceEvent", string(eventType) == "AwsVpceEvents":
		return KindNetworkActivity
	}
	return KindTrail
}
