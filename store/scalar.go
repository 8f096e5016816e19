package store

import (
	"encoding/binary"
	"math/big"
	"time"

	"github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"
)

// scalarDecoder returns the decoder of a type without parts, nil for others.
func scalarDecoder(t mapping.LogicalType) decoder {
	switch mapping.GetTypeId(t) {
	case mapping.TypeBoolean:
		return fixed(as[bool])
	case mapping.TypeTinyInt:
		return fixed(as[int8])
	case mapping.TypeSmallInt:
		return fixed(as[int16])
	case mapping.TypeInteger:
		return fixed(as[int32])
	case mapping.TypeBigInt:
		return fixed(as[int64])
	case mapping.TypeUTinyInt:
		return fixed(as[uint8])
	case mapping.TypeUSmallInt:
		return fixed(as[uint16])
	case mapping.TypeUInteger:
		return fixed(as[uint32])
	case mapping.TypeUBigInt:
		return fixed(as[uint64])
	case mapping.TypeFloat:
		return fixed(as[float32])
	case mapping.TypeDouble:
		return fixed(as[float64])
	case mapping.TypeHugeInt:
		return fixed(func(h hugeint) any { return h.number() })
	case mapping.TypeUHugeInt:
		return fixed(func(h [2]uint64) any { return wide(new(big.Int).SetUint64(h[1]), h[0]) })
	case mapping.TypeDecimal:
		return decimalDecoder(t)
	case mapping.TypeUUID:
		return fixed(func(h hugeint) any { return h.uuid() })
	case mapping.TypeVarchar:
		if mapping.LogicalTypeGetAlias(t) == "JSON" {
			return textDecoder(asJSON)
		}
		return textDecoder(asText)
	case mapping.TypeBlob:
		return textDecoder(asBytes)
	case mapping.TypeEnum:
		return enumDecoder(t)
	case mapping.TypeSQLNull:
		return func(mapping.Vector) reader { return func(uint64) any { return nil } }
	default:
		return timeDecoder(t)
	}
}

// timeDecoder returns the decoder of a type of time. Times of day are in the year 1, as in the driver.
func timeDecoder(t mapping.LogicalType) decoder {
	switch mapping.GetTypeId(t) {
	case mapping.TypeDate:
		return fixed(func(days int32) any { return time.Unix(int64(days)*86400, 0).UTC() })
	case mapping.TypeTime:
		return fixed(func(micros int64) any { return clock(micros, time.UTC) })
	case mapping.TypeTimeTZ:
		return fixed(func(bits uint64) any {
			const latest = 16*3600 - 1 // offsets are stored as what is missing to it
			return clock(int64(bits>>24), time.FixedZone("", latest-int(bits&0xFFFFFF)))
		})
	case mapping.TypeTimestamp, mapping.TypeTimestampTZ:
		return fixed(func(micros int64) any { return time.UnixMicro(micros).UTC() })
	case mapping.TypeTimestampS:
		return fixed(func(seconds int64) any { return time.Unix(seconds, 0).UTC() })
	case mapping.TypeTimestampMS:
		return fixed(func(millis int64) any { return time.UnixMilli(millis).UTC() })
	case mapping.TypeTimestampNS:
		return fixed(func(nanos int64) any { return time.Unix(0, nanos).UTC() })
	case mapping.TypeInterval:
		type interval struct {
			months, days int32
			micros       int64
		}
		return fixed(func(i interval) any { return duckdb.Interval{Months: i.months, Days: i.days, Micros: i.micros} })
	default:
		return nil
	}
}

func clock(micros int64, zone *time.Location) time.Time {
	return time.Date(1, time.January, 1, 0, 0, 0, 0, zone).Add(time.Duration(micros) * time.Microsecond)
}

func decimalDecoder(t mapping.LogicalType) decoder {
	width, scale := mapping.DecimalWidth(t), mapping.DecimalScale(t)
	decimal := func(i *big.Int) any { return duckdb.Decimal{Width: width, Scale: scale, Value: i} }
	switch mapping.DecimalInternalType(t) {
	case mapping.TypeSmallInt:
		return fixed(func(i int16) any { return decimal(big.NewInt(int64(i))) })
	case mapping.TypeInteger:
		return fixed(func(i int32) any { return decimal(big.NewInt(int64(i))) })
	case mapping.TypeBigInt:
		return fixed(func(i int64) any { return decimal(big.NewInt(i)) })
	default:
		return fixed(func(h hugeint) any { return decimal(h.number()) })
	}
}

func enumDecoder(t mapping.LogicalType) decoder {
	var names []any
	for i := range mapping.EnumDictionarySize(t) {
		names = append(names, mapping.EnumDictionaryValue(t, mapping.IdxT(i)))
	}
	switch mapping.EnumInternalType(t) {
	case mapping.TypeUTinyInt:
		return fixed(func(i uint8) any { return names[i] })
	case mapping.TypeUSmallInt:
		return fixed(func(i uint16) any { return names[i] })
	default:
		return fixed(func(i uint32) any { return names[i] })
	}
}

func (h hugeint) number() *big.Int { return wide(big.NewInt(h.upper), h.lower) }

func wide(upper *big.Int, lower uint64) *big.Int {
	return upper.Add(upper.Lsh(upper, 64), new(big.Int).SetUint64(lower))
}

func (h hugeint) uuid() (id [16]byte) {
	binary.BigEndian.PutUint64(id[:8], uint64(h.upper)^1<<63)
	binary.BigEndian.PutUint64(id[8:], h.lower)
	return id
}
