package store_test

import (
	"fmt"
	"strings"
	"testing"

	"offtrail/store"
)

func TestZZDeep(t *testing.T) {
	s := read(t, build(t), store.Options{})
	for _, n := range []int{100, 900, 3000, 20000, 300000} {
		for _, q := range []string{
			"SELECT " + strings.Repeat("(", n) + "1" + strings.Repeat(")", n),
			"SELECT " + strings.Repeat("1+", n) + "1",
			"SELECT " + strings.Repeat("-", n*2+1) + "1",
			strings.Repeat("SELECT * FROM (", n) + "SELECT 1" + strings.Repeat(")", n),
			"SELECT " + strings.Repeat("[", n) + "1" + strings.Repeat("]", n),
			"SELECT " + strings.Repeat("NOT ", n) + "true",
			"SELECT 1 " + strings.Repeat("UNION ALL SELECT 1 ", n),
			"SELECT 1 WHERE 1 IN (" + strings.Repeat("1,", n) + "1)",
		} {
			r, err := s.Query(t.Context(), q, store.QueryOptions{})
			if err == nil {
				r.Next()
				err = r.Err()
				r.Close()
			}
			fmt.Printf("%d %.20s %.150v\n", n, q, err)
		}
	}
}
