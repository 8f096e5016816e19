package store

import (
	"fmt"
	"strings"

	"github.com/duckdb/duckdb-go/v2/mapping"
)

// typeName writes a type as DuckDB's SQL does.
func typeName(t mapping.LogicalType) string {
	switch id := mapping.GetTypeId(t); id {
	case mapping.TypeVarchar:
		if mapping.LogicalTypeGetAlias(t) == "JSON" {
			return "JSON"
		}
		return "VARCHAR"
	case mapping.TypeDecimal:
		return fmt.Sprintf("DECIMAL(%d,%d)", mapping.DecimalWidth(t), mapping.DecimalScale(t))
	case mapping.TypeList:
		return part(mapping.ListTypeChildType(t)) + "[]"
	case mapping.TypeArray:
		return fmt.Sprintf("%s[%d]", part(mapping.ArrayTypeChildType(t)), mapping.ArrayTypeArraySize(t))
	case mapping.TypeMap:
		return "MAP(" + part(mapping.MapTypeKeyType(t)) + ", " + part(mapping.MapTypeValueType(t)) + ")"
	case mapping.TypeStruct:
		var fields []string
		for i := range mapping.StructTypeChildCount(t) {
			fields = append(fields, quoteName(fieldName(t, i))+" "+part(mapping.StructTypeChildType(t, i)))
		}
		return "STRUCT(" + strings.Join(fields, ", ") + ")"
	case mapping.TypeUnion:
		var members []string
		for i := range mapping.UnionTypeMemberCount(t) {
			members = append(members, quoteName(mapping.UnionTypeMemberName(t, i))+" "+part(mapping.UnionTypeMemberType(t, i)))
		}
		return "UNION(" + strings.Join(members, ", ") + ")"
	default:
		return scalarName(id)
	}
}

// part names a type that is DuckDB's to free.
func part(t mapping.LogicalType) string {
	defer mapping.DestroyLogicalType(&t)
	return typeName(t)
}

// fieldName returns the name of a struct's field, or for a row without names the one that Athena shows.
func fieldName(t mapping.LogicalType, i mapping.IdxT) string {
	if name := mapping.StructTypeChildName(t, i); name != "" {
		return name
	}
	return fmt.Sprintf("field%d", i)
}

func scalarName(id mapping.Type) string {
	switch id {
	case mapping.TypeBoolean:
		return "BOOLEAN"
	case mapping.TypeTinyInt:
		return "TINYINT"
	case mapping.TypeSmallInt:
		return "SMALLINT"
	case mapping.TypeInteger:
		return "INTEGER"
	case mapping.TypeBigInt:
		return "BIGINT"
	case mapping.TypeHugeInt:
		return "HUGEINT"
	case mapping.TypeUTinyInt:
		return "UTINYINT"
	case mapping.TypeUSmallInt:
		return "USMALLINT"
	case mapping.TypeUInteger:
		return "UINTEGER"
	case mapping.TypeUBigInt:
		return "UBIGINT"
	case mapping.TypeUHugeInt:
		return "UHUGEINT"
	case mapping.TypeFloat:
		return "FLOAT"
	case mapping.TypeDouble:
		return "DOUBLE"
	case mapping.TypeDate:
		return "DATE"
	case mapping.TypeTime:
		return "TIME"
	case mapping.TypeTimeTZ:
		return "TIMETZ"
	case mapping.TypeTimestamp:
		return "TIMESTAMP"
	case mapping.TypeTimestampS:
		return "TIMESTAMP_S"
	case mapping.TypeTimestampMS:
		return "TIMESTAMP_MS"
	case mapping.TypeTimestampNS:
		return "TIMESTAMP_NS"
	case mapping.TypeTimestampTZ:
		return "TIMESTAMPTZ"
	case mapping.TypeInterval:
		return "INTERVAL"
	case mapping.TypeUUID:
		return "UUID"
	case mapping.TypeBlob:
		return "BLOB"
	case mapping.TypeEnum:
		return "ENUM"
	case mapping.TypeBit:
		return "BIT"
	case mapping.TypeBigNum:
		return "BIGNUM"
	case mapping.TypeVariant:
		return "VARIANT"
	case mapping.TypeGeometry:
		return "GEOMETRY"
	case mapping.TypeSQLNull:
		return "NULL"
	default:
		return fmt.Sprintf("number %d", id)
	}
}
