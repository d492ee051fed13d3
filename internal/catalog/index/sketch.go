package index

import (
	"context"
	"database/sql/driver"
	"errors"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/fault"
)

// sketch reads of a record's JSON who it is and who may see it: Host, Owner, Name,
// Visibility, Sharing and Source. The whole takes twenty times as long.
func sketch(plain []byte) (*catalog.Record, error) {
	r := &catalog.Record{}
	err := eachMember(plain, func(key, value []byte) error {
		switch string(key) {
		case "host":
			return textValue(value, &r.Host)
		case "owner":
			return textValue(value, &r.Owner)
		case "name":
			return textValue(value, &r.Name)
		case "visibility":
			return textValue(value, &r.Visibility)
		case "sharing":
			return textValue(value, &r.Sharing)
		case "source":
			return textValue(value, &r.Source)
		}
		return nil
	})
	if err == nil {
		return r, nil
	}
	return wholeOf(plain) // written otherwise than it is here
}

// keyOf is the Key of a record's JSON that has each member once.
func keyOf(plain []byte) (string, error) {
	r, left := &catalog.Record{}, 3
	err := eachMember(plain, func(key, value []byte) error {
		into := &r.Host
		switch string(key) {
		case "host":
		case "owner":
			into = &r.Owner
		case "name":
			into = &r.Name
		default:
			return nil
		}
		left--
		if err := textValue(value, into); err != nil || left > 0 {
			return err
		}
		return errEnough
	})
	if err != nil && !errors.Is(err, errEnough) {
		return "", err
	}
	return r.Key(), nil
}

// errEnough ends the reading of members.
var errEnough = errors.New("enough was read")

// EachSketch visits every record in no order that means anything, with no more of
// it than its Host, Owner, Name, Visibility, Sharing and Source. Whole gives all
// of it, until visit returns.
func (c *Catalog) EachSketch(ctx context.Context, visit func(r *catalog.Record, whole func() (*catalog.Record, error)) error) error {
	advise(c.path, fromEndToEnd)
	var plain []byte
	unreadable := func(err error) error { return c.broken(fault.Errorf("a record cannot be read: %w", err)) }
	all := func() (*catalog.Record, error) {
		r, err := wholeOf(plain)
		if err != nil {
			return nil, unreadable(err)
		}
		return r, nil
	}
	return c.quick(ctx, func(row []driver.Value) (err error) {
		if plain, err = c.coder.plainIn(plain[:0], blob(row[0])); err != nil {
			return unreadable(err)
		}
		r, err := sketch(plain)
		if err != nil {
			return unreadable(err)
		}
		return visit(r, all)
	}, "SELECT body FROM records ORDER BY id")
}
