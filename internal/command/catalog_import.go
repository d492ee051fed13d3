package command

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/catalog/exchange"
	"github.com/isrc-dev/isrc/internal/catalog/index"
	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/progress"
	"github.com/isrc-dev/isrc/internal/term"
)

type importOptions struct {
	format  string
	repo    string
	merge   bool
	replace bool
	dryRun  bool
	output  output
}

// imported is what catalog import answers.
type imported struct {
	DryRun    bool           `json:"dryRun"`
	Replaced  bool           `json:"replaced"` // the catalog holds nothing but what was imported
	Files     []importedFile `json:"files"`
	New       int            `json:"new"`
	Changed   int            `json:"changed"`
	Unchanged int            `json:"unchanged"`
	Refused   int            `json:"refused"`
	Refusals  []refusal      `json:"refusals"` // the first 1000 of those
	Notes     []refusal      `json:"notes"`    // what was passed over, or not understood in what was taken; the first 1000
	Catalog   *generation    `json:"catalog"`  // null when it is as it was
}

type importedFile struct {
	Name    string `json:"name"`
	Format  string `json:"format"`
	Guessed bool   `json:"guessed"`
	Records int    `json:"records"`
	Refused int    `json:"refused"`
}

type refusal struct {
	Place string `json:"place"` // NAME:LINE
	Why   string `json:"why"`
}

// mostRefusals bounds how many refused entries are listed one by one.
const mostRefusals = 1000

func newCatalogImport(a *app) *cobra.Command {
	o := &importOptions{}
	cmd := &cobra.Command{
		Use:   "import <file>...",
		Short: "Take over what other tools know of your repositories",
		Long: `Import reads files of other catalogs into yours, packed with gzip or not; "-" is
the standard input. The format is told by a file's name and how it begins, and
said, or named with --format:

  repos.json          projects of SAP's InnerSource portal, or repositories
                      as GitHub's API answers them (lists, searches, pages),
                      or gh repo list and gh search repos with --json, or the
                      APIs of GitLab and Gitea
  jsonl, json         records of isrc, as catalog export writes them
  innersource.json    what owners declare of the repository that --repo names
  catalog-info.yaml   entities of Backstage, also as its API answers them
  publiccode.yml      what a public body declares of its software

What a file tells is added to what the catalog knows of each repository; keys
that isrc does not know are kept, and exported again. Records of isrc are whole,
and take the place of what was known. With --replace the catalog forgets its
records first, and then holds nothing but what is imported.

Entries that are wrong are refused, each with its place and the reason, and stop
no other; what is passed over, or not understood in an entry that is taken, is
said as well. A file that breaks off changes nothing. Imported repositories are
not judged for readiness: nobody has seen their files. Repositories for which a
file names no host are on the one that --host names.`,
		Example: `  isrc catalog import repos.json
  isrc catalog import innersource.json --repo identity/auth-lib
  curl -s https://backstage.example/api/catalog/entities | isrc catalog import -
  isrc catalog import export.jsonl --replace --dry-run`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return &usageError{err: errors.New("import which file?"), hint: "isrc catalog import repos.json"}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.catalogImport(cmd.Context(), o, args) },
	}
	f := cmd.Flags()
	f.StringVar(&o.format, "format", "", "read the files as this `FORMAT` ("+formatNames(exchange.Readable())+")")
	f.StringVarP(&o.repo, "repo", "R", "", "the `REPOSITORY` that a file speaks of when it does not say it")
	f.BoolVar(&o.merge, "merge", false, "add to what the catalog knows (the default)")
	f.BoolVar(&o.replace, "replace", false, "forget the catalog's records first")
	f.BoolVar(&o.dryRun, "dry-run", false, "say what would change, and change nothing")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(formatCompletions(exchange.Readable()), cobra.ShellCompDirectiveNoFileComp))
	addOutput(cmd, &o.output, imported{})
	exits(cmd, exitNotFound, exitNotReached, exitPartly, exitInterrupted)
	return cmd
}

func formatNames(all []exchange.Format) string { return strings.Join(formatCompletions(all), ", ") }

//go:noinline
func formatCompletions(all []exchange.Format) []string {
	var out []string
	for _, f := range all {
		out = append(out, string(f))
	}
	return out
}

// formatOf is the format that a flag names.
func formatOf(name string, all []exchange.Format) (exchange.Format, error) {
	if f := exchange.Format(name); name == "" || slices.Contains(all, f) {
		return f, nil
	}
	return "", &usageError{err: fault.Errorf("--format: %q is none of the formats", name), hint: "one of: " + formatNames(all)}
}

// importing is one import with what it works on.
type importing struct {
	a       *app
	o       *importOptions
	options exchange.Options
	result  *imported

	writer *index.Writer
	format exchange.Format // of the file that is read
}

// errNothingNew ends an update that would change nothing.
var errNothingNew = errors.New("nothing is new")

func (a *app) catalogImport(ctx context.Context, o *importOptions, args []string) error {
	im, err := a.newImporting(o, args)
	if err != nil {
		return err
	}
	dir, err := a.catalogDir()
	if err != nil {
		return err
	}
	store := &index.Store{Dir: dir}
	source := "import"
	if had, err := store.Current(ctx); err == nil && !o.replace && had.Source != "" {
		source = had.Source
	}
	info, err := store.Update(ctx, index.UpdateOptions{Fresh: o.replace, Source: source, At: a.inv.Now(), Sink: a.sink()}, func(w *index.Writer) error {
		im.writer = w
		return im.files(ctx, args)
	})
	switch {
	case errors.Is(err, errNothingNew):
	case errors.Is(err, context.Canceled):
		return &contribute.HintError{Err: fault.Errorf("import: %w", err), Hint: "the catalog is as it was; the same command begins anew"}
	case err != nil:
		return fault.Errorf("import: %w", err)
	default:
		im.result.Catalog = generationOf(info)
		if info.Recovered != "" {
			a.say("isrc: %s", info.Recovered)
		}
	}
	if err := a.show(&o.output, im.result, func(s *term.Streams) error { return showImported(s, im.result) }); err != nil {
		return err
	}
	if n := im.result.Refused; n > 0 {
		return &exitError{code: exitPartly, err: fault.Errorf("import: %s refused", pluralOf(n, "entry was", "entries were"))}
	}
	return nil
}

func (a *app) newImporting(o *importOptions, args []string) (*importing, error) {
	if o.merge && o.replace {
		return nil, usagef("--merge and --replace exclude each other")
	}
	format, err := formatOf(o.format, exchange.Readable())
	if err != nil {
		return nil, err
	}
	host, err := a.defaultHost()
	if err != nil {
		return nil, err
	}
	im := &importing{a: a, o: o, options: exchange.Options{Format: format, Host: host, Now: a.inv.Now()}}
	im.result = &imported{DryRun: o.dryRun, Replaced: o.replace, Files: []importedFile{}, Refusals: []refusal{}, Notes: []refusal{}}
	if o.repo != "" {
		if im.options.Repo, err = forge.ParseRepo(o.repo, host); err != nil {
			return nil, usagef("--repo: %v", err)
		}
	}
	for _, name := range args {
		if name == "-" {
			continue
		}
		info, err := os.Stat(a.path(name))
		switch {
		case strings.HasPrefix(name, "https://"), strings.HasPrefix(name, "http://"):
			return nil, &usageError{err: fault.Errorf("%s is an address, and import reads files", term.Line(name)), hint: "curl -fsS " + shellWord(name) + " | isrc catalog import -"}
		case errors.Is(err, fs.ErrNotExist):
			return nil, &exitError{code: exitNotFound, err: fault.Errorf("import: there is no file %s", term.Line(name))}
		case err != nil:
			return nil, fault.Errorf("import: %w", err)
		case info.IsDir():
			return nil, usagef("%s is a folder: name the files in it", term.Line(name))
		}
	}
	return im, nil
}

// files reads one file after the other into the generation.
func (im *importing) files(ctx context.Context, names []string) error {
	for _, name := range names {
		if err := im.file(ctx, name); err != nil {
			return err
		}
	}
	r := im.result
	if im.o.dryRun || !im.o.replace && r.New+r.Changed == 0 || r.New+r.Changed+r.Unchanged == 0 {
		return errNothingNew // and an import of nothing replaces nothing
	}
	return nil
}

func (im *importing) file(ctx context.Context, name string) error {
	in := im.a.io.In
	o := im.options
	o.Name = name
	if name == "-" {
		o.Name = "stdin"
	} else {
		f, err := os.Open(im.a.path(name))
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	o.Begun = func(f exchange.Format) { im.format = f }
	im.result.Files = append(im.result.Files, importedFile{Name: o.Name, Guessed: o.Format == ""})
	im.a.sink().Send(progress.Event{Phase: progress.Started, Task: "import", Message: "reading " + o.Name})
	format, err := exchange.Read(ctx, in, o, im)
	im.last().Format = string(format)
	var unknown *exchange.UnknownFormatError
	switch {
	case errors.As(err, &unknown) && unknown.Why != "":
		return &usageError{err: err}
	case errors.As(err, &unknown):
		return &usageError{err: err, hint: "--format is one of: " + formatNames(exchange.Readable())}
	case err != nil:
		im.a.sink().Send(progress.Event{Phase: progress.Failed, Task: "import", Message: "reading " + o.Name})
		return err
	}
	im.a.sink().Send(progress.Event{Phase: progress.Done, Task: "import", Message: "read " + o.Name})
	return nil
}

func (im *importing) last() *importedFile { return &im.result.Files[len(im.result.Files)-1] }

// Take puts a record that was read into the catalog, if it says anything new.
func (im *importing) Take(r *catalog.Record) error {
	had, err := im.writer.Get(r.Key())
	if err != nil {
		return err
	}
	f := im.last()
	if f.Records++; f.Records%500 == 0 {
		im.a.sink().Send(progress.Event{Phase: progress.Running, Task: "import", Message: "reading " + f.Name, Current: int64(f.Records), Unit: "records"})
	}
	r = exchange.Merge(had, r, im.format)
	same := exchange.Unchanged(had, r)
	if same && r.Readme != "" {
		if same, err = im.writer.SameReadme(r.Key(), r.Readme); err != nil {
			return err
		}
	}
	switch {
	case same:
		im.result.Unchanged++
		return nil
	case had == nil:
		im.result.New++
	default:
		im.result.Changed++
	}
	return im.writer.Put(r)
}

// Refuse notes an entry that no record was made of.
func (im *importing) Refuse(r exchange.Refusal) {
	im.last().Refused++
	im.result.Refused++
	if len(im.result.Refusals) < mostRefusals {
		im.result.Refusals = append(im.result.Refusals, refusal{Place: r.Place, Why: r.Why})
	}
}

// Note notes what nothing was made of in what was taken.
func (im *importing) Note(r exchange.Refusal) {
	if len(im.result.Notes) < mostRefusals {
		im.result.Notes = append(im.result.Notes, refusal{Place: r.Place, Why: r.Why})
	}
}

// showImported prints a row for each file, and what was refused.
func showImported(s *term.Streams, r *imported) error {
	for i, x := range r.Refusals {
		if i == 20 {
			s.Tell(fmt.Sprintf("isrc: … and %d more were refused (--json refusals lists them)", r.Refused-i))
			break
		}
		s.Tell(fmt.Sprintf("isrc: refused %s: %s", term.Line(x.Place), term.Line(x.Why)))
	}
	for i, x := range r.Notes {
		if i == 20 {
			s.Tell("isrc: … and more of that (--json notes lists it)")
			break
		}
		s.Tell(fmt.Sprintf("isrc: %s: %s", term.Line(x.Place), term.Line(x.Why)))
	}
	t := s.NewTable(0)
	for _, f := range r.Files {
		how := f.Format
		if f.Guessed && s.OutTTY {
			how = "taken for " + f.Format
		}
		t.Row(term.Cell{Text: f.Name}, term.Cell{Text: how}, term.Cell{Text: pluralOf(f.Records, "repository", "repositories")}, term.Cell{Text: fmt.Sprintf("%d refused", f.Refused)})
	}
	if err := t.Write(s.Out); err != nil {
		return err
	}
	what := fmt.Sprintf("%d new, %d changed, %d unchanged", r.New, r.Changed, r.Unchanged)
	switch {
	case r.DryRun:
		what += "; nothing was written (--dry-run)"
	case r.Catalog == nil:
		what += "; the catalog is as it was"
	default:
		what += fmt.Sprintf("; the catalog has %s", pluralOf(r.Catalog.Records, "repository", "repositories"))
	}
	s.Tell("isrc: " + what)
	return nil
}
