package sandbox

import "fmt"

// listGPGKeys answers the GPG keys of an account. They verify nothing: only how
// many there are is part of the company.
func listGPGKeys(c *call) (answer, error) {
	u := c.f.state.user(c.vars["login"])
	if u == nil {
		return answer{}, notFound()
	}
	var keys []obj
	for n := range u.GPGKeys {
		keys = append(keys, fields(
			"id", u.id*100+int64(n), "name", nil, "primary_key_id", nil, "key_id", fmt.Sprintf("%016X", u.id*100+int64(n)),
			"public_key", "", "emails", []obj{{"email": u.address(), "verified": true}}, "subkeys", []obj{},
			"can_sign", true, "can_encrypt_comms", false, "can_encrypt_storage", false, "can_certify", true,
			"created_at", stamp(u.created), "expires_at", nil, "revoked", false, "raw_key", nil,
		))
	}
	return ok(paginate(c, keys))
}

func listSigningKeys(c *call) (answer, error) {
	u := c.f.state.user(c.vars["login"])
	if u == nil {
		return answer{}, notFound()
	}
	var keys []obj
	for n := range u.SSHKeys {
		keys = append(keys, fields(
			"id", u.id*100+int64(n), "key", "ssh-ed25519 AAAA", "title", fmt.Sprintf("laptop %d", n+1), "created_at", stamp(u.created),
		))
	}
	return ok(paginate(c, keys))
}
