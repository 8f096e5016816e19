module offtrail

go 1.26.0
