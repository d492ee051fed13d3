package catalog

import "strings"

// GenericWord tells whether a folded word names the kind of thing that every
// repository is: it says something of a hit that has it, and nothing against one
// that has it not.
func GenericWord(folded string) bool {
	return len(folded) <= 12 && strings.Contains(genericWords, " "+folded+" ")
}

const genericWords = " library libraries lib tool tools tooling project projects repo repos repository repositories code package packages module modules service services app apps application applications software solution system component components central internal company team teams please something thing things simple easy best good new using based project "

// Synonyms are other names under which a folded word stands in texts: what is
// abbreviated everywhere, and the two spellings of English.
//
//go:noinline
func Synonyms(folded string) []string {
	return synonymsOf(folded, shortForms)
}

// shortForms are pairs of a short form and what it stands for. Each is found by
// the other; a word may stand in several.
const shortForms = `k8s=kubernetes a11y=accessibility i18n=internationalization i18n=internationalisation l10n=localization l10n=localisation
o11y=observability auth=authentication auth=authorization authn=authentication authz=authorization config=configuration configs=configuration
db=database dbs=databases repo=repository docs=documentation doc=documentation lib=library libs=libraries infra=infrastructure
sso=single+sign+on mfa=multi+factor 2fa=two+factor otp=one+time iam=identity+access pki=certificates jwt=json+web+token
cdc=change+data+capture etl=extract+transform+load ml=machine+learning ai=artificial+intelligence nlp=natural+language ocr=optical+character
ci=continuous+integration cd=continuous+delivery iac=infrastructure+as+code slo=service+level sla=service+level
pg=postgresql postgres=postgresql mongo=mongodb js=javascript ts=typescript py=python golang=go tf=terraform msg=message
mq=message+queue pubsub=publish+subscribe ux=user+experience ui=user+interface cli=command+line sdk=client api=interface
gdpr=data+protection pii=personal+data cms=content+management erp=resource+planning crm=customer+relationship
env=environment envs=environments perf=performance dev=development prod=production mgmt=management sync=synchronization
admin=administration notif=notification stats=statistics metrics=telemetry logs=logging vm=virtual+machine lb=load+balancer
img=image pkg=package deps=dependencies dep=dependency svc=service
color=colour center=centre license=licence catalog=catalogue behavior=behaviour organization=organisation
authorization=authorisation localization=localisation anonymize=anonymise normalize=normalise optimize=optimise
serialize=serialise serializer=serialiser tokenize=tokenise visualization=visualisation synchronization=synchronisation
customization=customisation virtualization=virtualisation containerization=containerisation initialize=initialise
toggle=flag toggles=flags vacation=holiday holiday=leave picture=image pictures=images photo=image`

func synonymsOf(word, table string) []string {
	var out []string
	for _, pair := range strings.Fields(table) {
		short, long, _ := strings.Cut(pair, "=")
		long = strings.ReplaceAll(long, "+", " ")
		switch word {
		case short:
			out = append(out, long)
		case long:
			out = append(out, short)
		}
	}
	return out
}
