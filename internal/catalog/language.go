package catalog

import "strings"

// languageAlias gives the name that forges use for a language that people call
// otherwise.
func languageAlias(name string) string {
	name = strings.ToLower(strings.TrimSpace(name))
	switch name {
	case "golang":
		return "go"
	case "js", "node", "nodejs", "ecmascript":
		return "javascript"
	case "ts":
		return "typescript"
	case "py", "python3":
		return "python"
	case "rb":
		return "ruby"
	case "rs":
		return "rust"
	case "kt":
		return "kotlin"
	case "cs", "csharp", "c-sharp":
		return "c#"
	case "fsharp":
		return "f#"
	case "cpp", "cplusplus":
		return "c++"
	case "objc", "objective c":
		return "objective-c"
	case "bash", "sh", "zsh":
		return "shell"
	case "terraform", "tf":
		return "hcl"
	case "docker":
		return "dockerfile"
	case "make":
		return "makefile"
	case "ps", "pwsh":
		return "powershell"
	case "jupyter", "notebook", "ipynb":
		return "jupyter notebook"
	case "viml", "vimscript":
		return "vim script"
	case "elisp":
		return "emacs lisp"
	}
	return name
}

// spacedLanguage knows the languages of more than one word that are met.
func spacedLanguage(name string) bool {
	switch strings.ToLower(name) {
	case "jupyter notebook", "vim script", "emacs lisp", "common lisp", "protocol buffer", "visual basic", "visual basic .net", "visual basic 6.0", "standard ml", "game maker language", "gcc machine description", "web ontology language", "objective c":
		return true
	}
	return false
}
