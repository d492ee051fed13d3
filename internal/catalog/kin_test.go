package catalog

import "testing"

func TestKinAreFormsOfOneWord(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{
		{"validate", "validation"}, {"token", "tokens"}, {"deploy", "deployed"}, {"localize", "localization"}, {"scheduler", "scheduling"},
		{"event", "events"}, {"library", "libraries"}, {"secure", "security"}, {"available", "availability"}, {"authenticate", "authentication"},
		{"product", "products"}, {"container", "containers"}, {"metric", "metrics"}, {"import", "importer"}, {"vm", "vms"}, {"id", "ids"},
	} {
		if Stem(pair[0]) == Stem(pair[1]) && !Kin(pair[0], pair[1]) || !Kin(pair[1], pair[0]) {
			t.Errorf("%s and %s are forms of one word", pair[0], pair[1])
		}
	}
	for _, pair := range [][2]string{
		{"access", "accessibility"}, {"author", "authorization"}, {"product", "production"}, {"import", "important"},
		{"general", "generate"}, {"container", "contains"}, {"generic", "generator"}, {"customer", "custom"}, {"express", "expression"}, {"sms", "sm"}, {"ios", "io"}, {"ide", "id"}, {"gps", "gp"}, {"pos", "po"},
	} {
		if Stem(pair[0]) != Stem(pair[1]) {
			t.Errorf("%s and %s have stems of their own", pair[0], pair[1])
		}
		if Kin(pair[0], pair[1]) || Kin(pair[1], pair[0]) {
			t.Errorf("%s is no form of %s", pair[1], pair[0])
		}
	}
}
