package catalog

import "strings"

// GenericWord tells whether a folded word names the kind of thing that every
// repository is, or is a small word of German, French or Spanish: it says
// something of a hit that has it, and nothing against one that has it not. The
// small words tell in which language an answer is.
func GenericWord(folded string) bool {
	return len(folded) <= 12 && (strings.Contains(genericWords, " "+folded+" ") || strings.Contains(smallWords, " "+folded+" "))
}

const smallWords = " der die das und oder fur ein eine einen einer eines von zu zur zum ist wie wo wir ich kann dem den auf bei nicht aus nach sich wird " +
	"le la les un une de du et ou pour dans avec sur est par aux ce cette je el los las una con para por del que en como y "

const genericWords = " library libraries lib tool tools tooling project projects repo repos repository repositories code package packages module modules service services app apps application applications software solution system component components central internal company team teams please something thing things simple easy best good new using based project put get make keep want need allow allowed anything anyone someone somebody tell looking know "

// Synonyms are other names under which a folded word stands in texts: what is
// abbreviated everywhere, and the two spellings of English.
func Synonyms(folded string) []string {
	if !strings.Contains(shortForms, folded) {
		return nil
	}
	var out []string
	for rest := shortForms; rest != ""; {
		var short, long string
		short, long, rest = nextForm(rest)
		switch folded {
		case short:
			out = append(out, strings.ReplaceAll(long, "+", " "))
		case long:
			out = append(out, short)
		}
	}
	return out
}

// OtherEnglish writes a folded word as it is written on the other side of the
// Atlantic, by its ending: optimisation for optimization, neighbor for neighbour.
// Which of the words that come of it are any shows in texts. "" is none.
func OtherEnglish(word string) string {
	stem, end := word, ""
	for _, e := range [...]string{"ation", "ations", "e", "ed", "er", "ers", "es", "ing", "s"} {
		s, ok := strings.CutSuffix(word, e)
		if !ok || len(s) < 5 {
			continue
		}
		switch s[len(s)-2:] {
		case "is", "iz", "ys", "yz", "or", "ur":
			stem, end = s, e
		}
	}
	if len(stem) < 5 {
		return ""
	}
	root, last := stem[:len(stem)-2], stem[len(stem)-2:]
	switch {
	case (last == "is" || last == "ys") && end != "" && end != "s":
		return root + last[:1] + "z" + end
	case last == "iz", last == "yz":
		return root + last[:1] + "s" + end
	case strings.HasSuffix(stem, "our"):
		return stem[:len(stem)-2] + "r" + end
	case last == "or" && strings.ContainsAny(stem[len(stem)-3:len(stem)-2], "bvli"):
		return root + "our" + end
	}
	return ""
}

// ShortForm is what a run of words is abbreviated to: sso for single sign on.
type ShortForm struct {
	Short     string
	At, Words int // where the run begins, and how many words it has
}

// ShortForms finds the runs of folded words that have a short form.
func ShortForms(words []string) []ShortForm {
	if len(words) < 2 {
		return nil
	}
	var out []ShortForm
	text := "+" + strings.Join(words, "+") + "+"
	for rest := shortForms; rest != ""; {
		var short, long string
		short, long, rest = nextForm(rest)
		n := strings.Count(long, "+")
		if n == 0 {
			continue
		}
		if at := strings.Index(text, long); at > 0 && text[at-1] == '+' && text[at+len(long)] == '+' {
			out = append(out, ShortForm{short, strings.Count(text[:at-1], "+"), n + 1})
		}
	}
	return out
}

// nextForm takes the first pair off the table.
func nextForm(table string) (short, long, rest string) {
	pair, rest, _ := strings.Cut(table, " ")
	short, long, _ = strings.Cut(pair, "=")
	return short, long, rest
}

// shortForms are pairs of a short form and what it stands for. Each is found by
// the other; a word may stand in several.
const shortForms = "k8s=kubernetes a11y=accessibility i18n=internationalization i18n=internationalisation l10n=localization l10n=localisation " +
	"o11y=observability auth=authentication auth=authorization authn=authentication authz=authorization config=configuration configs=configuration " +
	"db=database dbs=databases repo=repository docs=documentation doc=documentation lib=library libs=libraries infra=infrastructure " +
	"sso=single+sign+on mfa=multi+factor 2fa=two+factor otp=one+time iam=identity+access pki=certificates jwt=json+web+token " +
	"cdc=change+data+capture etl=extract+transform+load ml=machine+learning ai=artificial+intelligence nlp=natural+language ocr=optical+character " +
	"ci=continuous+integration cd=continuous+delivery iac=infrastructure+as+code slo=service+level sla=service+level " +
	"pg=postgresql postgres=postgresql mongo=mongodb js=javascript ts=typescript py=python golang=go tf=terraform msg=message " +
	"mq=message+queue pubsub=publish+subscribe ux=user+experience ui=user+interface cli=command+line sdk=client api=interface " +
	"gdpr=data+protection pii=personal+data cms=content+management erp=resource+planning crm=customer+relationship " +
	"env=environment envs=environments perf=performance dev=development prod=production mgmt=management sync=synchronization " +
	"admin=administration notif=notification stats=statistics metrics=telemetry logs=logging vm=virtual+machine lb=load+balancer " +
	"img=image pkg=package deps=dependencies dep=dependency svc=service " +
	"color=colour center=centre license=licence catalog=catalogue behavior=behaviour organization=organisation " +
	"authorization=authorisation localization=localisation anonymize=anonymise normalize=normalise optimize=optimise " +
	"serialize=serialise serializer=serialiser tokenize=tokenise visualization=visualisation synchronization=synchronisation " +
	"customization=customisation virtualization=virtualisation containerization=containerisation initialize=initialise " +
	"toggle=flag toggles=flags vacation=holiday holiday=leave picture=image pictures=images photo=image " +
	"wasm=webassembly e2e=end+to+end oidc=openid+connect rbac=role+based+access acl=access+control orm=object+relational " +
	"regex=regular+expression regexp=regular+expression cdn=content+delivery ws=websocket tls=ssl gql=graphql rl=reinforcement+learning " +
	"cv=computer+vision llm=large+language tts=text+to+speech asr=speech+recognition bi=business+intelligence vcs=version+control " +
	"ha=high+availability dr=disaster+recovery ssr=server+side+rendering pwa=progressive+web spa=single+page rpc=remote+procedure " +
	"otel=opentelemetry stt=speech+to+text asr=speech+to+text speech=voice email=mail emails=mails login=sign+in login=log+in login=sign+on signup=sign+up " +
	"anonymize=pseudonymize anonymise=pseudonymise anonymization=pseudonymization anonymisation=pseudonymisation anonymous=pseudonymous " +
	"anonymize=mask anonymise=mask anonymization=masking anonymisation=masking"
