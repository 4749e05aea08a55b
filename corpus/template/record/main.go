// Records what Go's text/template with sprig 3.3 makes of random small templates.
//
//	go run . -seed N -n 300 > ../rows.jsonl
//
// Each row has a template, the option missingkey, and what it gives: out (or out_b64), or error.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"text/template"
	"unicode/utf8"

	"github.com/Masterminds/sprig/v3"
)

type gen struct{ *rand.Rand }

func pick[T any](g gen, list ...T) T { return list[g.IntN(len(list))] }

func (g gen) times(most int, sep string, f func() string) string {
	var parts []string
	for range g.IntN(most + 1) {
		parts = append(parts, f())
	}
	return strings.Join(parts, sep)
}

// A literal or an expression in parentheses, of any type.
func (g gen) value(depth int) string {
	if depth > 0 && g.IntN(3) == 0 {
		return pick(g,
			func() string { return "(list " + g.times(4, " ", func() string { return g.value(depth - 1) }) + ")" },
			func() string {
				return "(dict " + g.times(3, " ", func() string { return quote(g.word()) + " " + g.value(depth-1) }) + ")"
			},
			func() string { return "(splitList \",\" " + quote(g.word()+","+g.word()) + ")" },
			func() string { return "(until " + fmt.Sprint(g.IntN(4)) + ")" },
			func() string { return "(split \",\" " + quote(g.word()+","+g.word()) + ")" },
			func() string { return "(chunk 2 (list 1 " + g.value(depth-1) + " 3))" },
		)()
	}
	return pick(g,
		func() string { return fmt.Sprint(g.IntN(2000) - 1000) },
		func() string { return "(int64 " + fmt.Sprint(g.IntN(200)-100) + ")" },
		func() string {
			return fmt.Sprintf("%g", pick(g, g.NormFloat64()*1000, float64(g.IntN(100))+0.5, g.Float64()*1e-7, g.Float64()*1e25)) + pick(g, "", "", "e0")
		},
		func() string { return quote(g.word()) },
		func() string { return pick(g, "true", "false") },
		func() string {
			return pick(g, "nil", ".missing", ".m", ".l", ".m.x", ".n", ".s", "$", "(semver \"1.2.3-rc.1+b\")", "(index \"abc\" 1)")
		},
	)()
}

func quote(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

func (g gen) word() string {
	return pick(g, "", "a", "abc", "Hello World", "x-y_z", "é日本", "tab\there", "12", "-3.5", "0x1f", "a.b.c", "foo bar baz", "<&>", "\"q\"", "line\nbreak", "AbcDEF", "\u0001", "e\u0301")
}

func (g gen) printf() string {
	var format strings.Builder
	n := 1 + g.IntN(3)
	for range n {
		format.WriteString(pick(g, "", "-", " ", "é"))
		format.WriteString("%" + pick(g, "", "", "", "+", "-", "#", "0", " ", "+#", "-0", "[1]", "[2]") + pick(g, "", "", "5", "12", "*") + pick(g, "", "", ".2", ".0", ".", ".*"))
		format.WriteString(pick(g, "v", "v", "d", "s", "q", "x", "X", "T", "t", "e", "f", "g", "G", "b", "o", "O", "c", "U", "%", "z", "!"))
	}
	return "{{ printf " + quote(format.String()) + " " + g.times(n+1, " ", func() string { return g.value(2) }) + " }}"
}

func (g gen) compare() string {
	f := pick(g, "eq", "ne", "lt", "le", "gt", "ge", "deepEqual", "and", "or", "has", "without", "uniq", "index", "slice", "len", "default", "ternary", "kindOf", "typeOf", "empty", "coalesce", "compact", "concat", "append", "first", "rest", "join", "sortAlpha", "toJson", "toPrettyJson", "print", "println", "cat", "quote", "squote", "html", "js", "urlquery", "not", "dig", "pick", "omit", "keys", "values", "merge", "mergeOverwrite", "deepCopy", "hasKey", "get", "pluck", "set", "unset", "dict", "add", "sub", "mul", "div", "mod", "max", "min", "addf", "subf", "mulf", "divf", "maxf", "minf", "round", "ceil", "floor", "int", "int64", "float64", "toDecimal", "atoi", "until", "untilStep", "seq", "trunc", "substr", "repeat", "indent", "nindent", "wrap", "abbrev", "toStrings", "toString", "reverse", "chunk", "initial", "last", "prepend", "all", "any", "typeIs", "kindIs", "semverCompare", "plural", "replace", "contains", "splitn", "trimSuffix", "regexMatch", "b64dec", "b32dec", "fromJson", "mustFromJson", "duration", "durationRound")
	args := g.times(4, " ", func() string { return g.value(2) })
	if g.IntN(3) == 0 {
		return "{{ " + g.value(2) + " | " + f + " " + args + " }}"
	}
	return "{{ " + f + " " + args + " }}"
}

func (g gen) regex(depth int) string {
	if depth == 0 || g.IntN(2) == 0 {
		return pick(g, "a", "b", "c", ".", "\\d", "\\w", "\\s", "\\b", "\\D", "[a-c]", "[^a]", "[[:alpha:]]", "[\\d_]", "^", "$", "é", "\\.", "x*", "\\pL", "\\x41", "[]a]", "\\Qa.b\\E", "(", ")", "[", "{", "a{2}", "a{,2}", "b{1,3}?", "a**", "\\8", "\\", "(?i)", "(?P<n>b)", "(?<m>c)", "\\p{Greek}", "[a-\\d]", "[z-a]", "+", "a{1001}", "[[:foo:]]", "(?z)", "(?P<n", "\\A", "\\z", "\\C", "\\07", "x{3,2}")
	}
	return pick(g,
		func() string { return g.regex(depth-1) + g.regex(depth-1) },
		func() string { return "(" + g.regex(depth-1) + ")" },
		func() string { return "(?:" + g.regex(depth-1) + ")" },
		func() string { return g.regex(depth-1) + "|" + g.regex(depth-1) },
		func() string { return g.regex(depth-1) + pick(g, "*", "+", "?", "*?", "+?", "??") },
	)()
}

func (g gen) regexCall() string {
	re, text := quote(g.regex(3)), quote(g.times(5, "", func() string { return pick(g, "a", "b", "c", "ab", " ", "1", "_", "é", "A", ".", "\n", "xx") }))
	return pick(g,
		func() string { return "{{ mustRegexMatch " + re + " " + text + " }}" },
		func() string {
			return "{{ regexFindAll " + re + " " + text + " " + pick(g, "-1", "0", "2") + " | toJson }}"
		},
		func() string { return "{{ regexFind " + re + " " + text + " | quote }}" },
		func() string {
			return "{{ regexReplaceAll " + re + " " + text + " " + quote(pick(g, "<$0>", "$1-", "${1}x", "$n", "${m}!", "$$", "$", "${", "$1a", "-")) + " }}"
		},
		func() string { return "{{ regexReplaceAllLiteral " + re + " " + text + " \"$1\" }}" },
		func() string {
			return "{{ regexSplit " + re + " " + text + " " + pick(g, "-1", "0", "1", "3") + " | toJson }}"
		},
	)()
}

func (g gen) url() string {
	u := pick(g, "", "http:", "https:", "a+b:", "1x:", ":", "HTTP:") + pick(g, "", "//", "///") + pick(g, "", "u@", "u:p@", "u%20:p%2f@", "a b@", "u:p:q@", "[x@") +
		pick(g, "", "host", "host:80", "[::1]", "[::1]:8", "[::1", "h:x", "h%41", "h%zz", "EXAMPLE.org", "é", "[fe80::1%25en0]") + pick(g, "", "/", "/a/b", "/a%2fb", "/a b", "a:b", "/%", "/é", "/%41", "*", "//x", "/a;b,c") +
		pick(g, "", "?", "?q=1", "?a b", "??", "?%") + pick(g, "", "#", "#f", "#f%20g", "#é", "#%", "#a b")
	return pick(g,
		func() string { return "{{ urlParse " + quote(u) + " | toJson }}" },
		func() string { return "{{ urlJoin (urlParse " + quote(u) + ") }}" },
	)()
}

func (g gen) time() string {
	at := func() string {
		return "(toDate \"2006-01-02T15:04:05.999Z07:00\" \"" + fmt.Sprintf("%04d-%02d-%02dT%02d:%02d:%02d", pick(g, 1, 1600, 1969, 1970, 2000, 2023, 2024, 2100, 9999), 1+g.IntN(12), 1+g.IntN(31), g.IntN(24), g.IntN(60), g.IntN(60)) + pick(g, "", ".5", ".123") + pick(g, "Z", "Z", "+02:00", "-05:30") + "\")"
	}
	small := func() string { return fmt.Sprint(g.IntN(40) - 20) }
	moment := func() string {
		return pick(g, at(), at(), "("+at()+".AddDate "+small()+" "+small()+" "+small()+")", "(dateModify \""+pick(g, "1h", "-36h30m", "1.5s", "x")+"\" "+at()+")", at()+".UTC", "("+at()+".Add ("+at()+".Sub "+at()+"))")
	}
	number := func() string {
		return pick(g, "("+moment()+".Sub "+moment()+")", moment()+".Month", moment()+".Weekday")
	}
	thing := func() string { return pick(g, moment(), number(), number(), number()) }
	return pick(g,
		func() string {
			return "{{ " + moment() + "." + pick(g, "Year", "Month", "Day", "Hour", "Weekday", "YearDay", "Unix", "UnixMilli", "UnixNano", "IsZero", "String", "Nanosecond", "Nope", "Format", "Before 1") + " }}"
		},
		func() string {
			return "{{ (" + at() + ".Sub " + at() + ")" + pick(g, "", ".Hours", ".Minutes", ".Seconds", ".Milliseconds", ".String", ".Abs", ".Nope") + " }}"
		},
		func() string {
			return "{{ printf \"%" + pick(g, "v", "s", "q", "T", "x", "+v") + "\" " + thing() + " }}"
		},
		func() string { return "{{ printf \"%" + pick(g, "d", "5d", "t", "#x", "f") + "\" " + number() + " }}" },
		func() string { return "{{ " + pick(g, "htmlDate", "unixEpoch") + " " + moment() + " }}" },
		func() string {
			return "{{ " + pick(g, "kindOf", "typeOf", "empty", "toJson", "toString", "int", "int64", "float64", "quote", "len", "not", "print", "list", "default 1", "html", "add 1", "unixEpoch", "index", "deepCopy") + " " + thing() + " }}"
		},
		func() string {
			return "{{ " + pick(g, "eq", "lt", "gt", "ne", "deepEqual", "ge") + " " + thing() + " " + pick(g, thing(), "1", "nil", "\"May\"") + " }}"
		},
		func() string {
			layout := g.times(4, pick(g, " ", "-", ""), func() string {
				return pick(g, "2006", "06", "Jan", "January", "1", "01", "Mon", "Monday", "2", "_2", "02", "002", "__2", "15", "3", "03", "4", "04", "5", "05", "PM", "pm", "MST", "Z0700", "Z07:00", "-07", "-0700", "-07:00:00", ".000", ".999", ",00", "x", "_2006", "Janet", "é")
			})
			return "{{ date " + quote(layout) + " " + moment() + " }}|{{ toDate " + quote(layout) + " (date " + quote(layout) + " " + at() + ") }}"
		},
	)()
}

func (g gen) flow(depth int) string {
	if depth == 0 {
		return pick(g, "text", " ", "\n", "{{ . }}", "{{ $x }}", "{{- 1 -}}", "{{ .m.x }}", "{{ .n.x }}", "{{ .s.x }}", "{{ .a.b.c }}", "{{ $.l }}", "{{ (index .l 0).x }}", "{{ template \"t\" . }}", "{{ template \"none\" }}", "{{ break }}", "{{ continue }}", "{{/* c */}}", "{{ $x = 2 }}", "{{ $y := .s }}{{ $y }}", "{{ nil }}", "{{ 1 2 }}", "{{ .s | 1 }}", "{{ (.s) 1 }}", "{{ .m.x.y 1 }}", "{{ $x.y }}", "{{ 'a' }}", "{{ 1i }}", "{{ 0x10 }}", "{{ 1e3 }}", "{{ \"\\u00e9\" }}", "{{ `a` }}", "{{ 18446744073709551615 }}", "{{ (semver \"1.2.3\").Major }}", "{{ (semver \"1.2.3\").Compare 1 }}", "{{ (semver \"1.2.3\").Nope }}", "{{ printf \"%d\" $x | len }}")
	}
	body := func() string { return g.times(3, "", func() string { return g.flow(depth - 1) }) }
	els := func() string {
		return pick(g, "", "{{ else }}"+body(), "{{ else if .f }}"+body(), "{{ else with .s }}"+body())
	}
	c := func() string {
		return pick(g, ".m", ".l", ".n", ".s", ".t", ".f", ".missing", "$x", "3", "0", "(list)", "(dict)", "\"a\"", "1.5", "and .t .s", "$v := .s", "$k, $v := .m", "$i, $e := .l", "$i, $e := 3", "$x = .l", "nil", ".s 1")
	}
	return pick(g,
		func() string { return "{{ if " + c() + " }}" + body() + els() + "{{ end }}" },
		func() string { return "{{ with " + c() + " }}" + body() + els() + "{{ end }}" },
		func() string { return "{{- range " + c() + " -}}" + body() + els() + "{{ end }}" },
		func() string { return "{{ block \"b\" " + c() + " }}" + body() + "{{ end }}" },
		func() string { return body() },
	)()
}

type row struct {
	Template string  `json:"template"`
	Missing  string  `json:"missingkey"`
	Out      *string `json:"out,omitempty"`
	B64      string  `json:"out_b64,omitempty"`
	Error    string  `json:"error,omitempty"`
}

const data = `{"m":{"x":1,"y":{"z":[true]}},"l":[1,"two",null,[3]],"n":null,"s":"str","t":true,"f":false,"a":{"b":null}}`

func run(text, missing string) (r row) {
	r = row{Template: text, Missing: missing}
	var v any
	if err := json.Unmarshal([]byte(data), &v); err != nil {
		panic(err)
	}
	t, err := template.New("t").Option("missingkey=" + missing).Funcs(sprig.TxtFuncMap()).Parse(text)
	var b strings.Builder
	if err == nil {
		err = t.Execute(&b, v)
	}
	switch out := b.String(); {
	case err != nil:
		r.Error = err.Error()
	case utf8.ValidString(out):
		r.Out = &out
	default:
		r.B64 = base64.StdEncoding.EncodeToString([]byte(out))
	}
	return r
}

func main() {
	seed := flag.Uint64("seed", 1, "which rows")
	n := flag.Int("n", 300, "rows of each kind")
	flag.Parse()
	g := gen{rand.New(rand.NewPCG(*seed, 7))}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	kinds := []func() string{
		g.printf, g.compare, g.compare, g.regexCall, g.url, g.time,
		func() string {
			return "{{ define \"t\" }}<{{ . }}>{{ end }}{{ $x := 1 }}" + g.times(3, "", func() string { return g.flow(2) })
		},
	}
	for i := range *n * len(kinds) {
		text := kinds[i%len(kinds)]()
		missing := pick(g, "default", "zero", "error")
		first := run(text, missing)
		a, _ := json.Marshal(first)
		b, _ := json.Marshal(run(text, missing))
		// What Go gives in any order is left out, and addresses.
		if string(a) != string(b) || strings.Contains(text, "keys") || strings.Contains(text, "values") || strings.Contains(string(a), "0xc0") {
			continue
		}
		enc := json.NewEncoder(out)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(first); err != nil {
			panic(err)
		}
	}
}
