package index

import "github.com/isrc-dev/isrc/internal/catalog"

// The parts of a record that outline and list read. Package json would first find
// out how each of their types is made, which takes longer than reading them.

// eachElement visits the elements of an array that json.Marshal wrote.
func eachElement(array []byte, visit func(value []byte) error) error {
	if len(array) < 2 || array[0] != '[' {
		return errOutline
	}
	if array[1] == ']' {
		return nil
	}
	for rest := array[1:]; ; rest = rest[1:] {
		n := valueLength(rest)
		if n == 0 || n == len(rest) {
			return errOutline
		}
		if err := visit(rest[:n]); err != nil {
			return err
		}
		switch rest = rest[n:]; rest[0] {
		case ',':
		case ']':
			return nil
		default:
			return errOutline
		}
	}
}

func teamValue(value []byte, into **catalog.Team) error {
	t := &catalog.Team{}
	*into = t
	return eachMember(value, func(key, value []byte) error {
		switch string(key) {
		case "name":
			return textValue(value, &t.Name)
		case "from":
			return textValue(value, &t.From)
		}
		return nil
	})
}

func capabilitiesValue(value []byte, into *[]catalog.Capability) error {
	*into = []catalog.Capability{}
	return eachElement(value, func(value []byte) error {
		var c catalog.Capability
		err := eachMember(value, func(key, value []byte) error {
			switch string(key) {
			case "name":
				return textValue(value, &c.Name)
			case "version":
				return textValue(value, &c.Version)
			case "contract":
				return textValue(value, &c.Contract)
			}
			return nil
		})
		*into = append(*into, c)
		return err
	})
}

func helpWantedValue(value []byte, into *[]catalog.HelpWanted) error {
	*into = []catalog.HelpWanted{}
	return eachElement(value, func(value []byte) error {
		var h catalog.HelpWanted
		err := eachMember(value, func(key, value []byte) error {
			switch string(key) {
			case "number":
				return numberValue(value, &h.Number)
			case "title":
				return textValue(value, &h.Title)
			case "url":
				return textValue(value, &h.URL)
			case "labels":
				return textsValue(value, &h.Labels)
			case "skills":
				return textsValue(value, &h.Skills)
			case "hours":
				return figureValue(value, &h.Hours)
			case "size":
				return textValue(value, &h.Size)
			case "newcomer":
				h.Newcomer = string(value) == "true"
			case "taken":
				h.Taken = string(value) == "true"
			case "createdAt":
				return timeValue(value, &h.CreatedAt)
			}
			return nil
		})
		*into = append(*into, h)
		return err
	})
}

func answersValue(value []byte, into **catalog.Answers) error {
	a := &catalog.Answers{}
	*into = a
	return eachMember(value, func(key, value []byte) error {
		switch string(key) {
		case "firstHours":
			return figureValue(value, &a.FirstHours)
		case "answered":
			return numberValue(value, &a.Answered)
		case "waiting":
			return numberValue(value, &a.Waiting)
		case "oldestHours":
			return figureValue(value, &a.OldestHours)
		case "decidedHours":
			return figureValue(value, &a.DecidedHours)
		case "merged":
			return numberValue(value, &a.Merged)
		case "declined":
			return numberValue(value, &a.Declined)
		case "outside":
			return numberValue(value, &a.Outside)
		case "since":
			return timeValue(value, &a.Since)
		case "asOf":
			return timeValue(value, &a.AsOf)
		}
		return nil
	})
}

// figureValue reads a number that may be missing.
func figureValue(value []byte, into **float64) error {
	*into = new(float64)
	return shareValue(value, *into)
}
