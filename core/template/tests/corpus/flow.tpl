{{- /* control structures */ -}}
{{ define "a" }}[{{ . }}]{{ end }}{{ block "b" .m }}{{ .x }}{{ end }}{{ template "a" .l }}{{ template "a" }}
{{ if and .t (not .f) (or .nil .s) }}yes{{ else if eq .n 1.0 }}one{{ else }}no{{ end }}
{{ range $i, $x := .l }}{{ if eq (print $x) "2" }}{{ continue }}{{ end }}{{ if gt $i 3 }}{{ break }}{{ end }}{{ $i }}={{ $x }};{{ else }}none{{ end }}
{{ range $k, $v := .m }}{{ with $v }}{{ $k }}:{{ . }}{{ else with $.s }}{{ . }}{{ end }}{{ end }}{{ range 3 }}{{ . }}{{ end }}
{{ $x := 1 }}{{ $x = add $x 2 }}{{ $y := list 1 "a" nil (dict "k" .m) }}{{ $x }}{{ $y }}{{ (index $y 3).k }}{{ (index .l 0) }}
{{ printf "%v %+v %#v %T %q %x %08.3f %5d|%-5s|%c %U %e %t %%" .m .l .m .s .s .s 1.5 42 "a" 65 66 1e9 true }}{{ println 1 "b" 2.5 }}
{{ html "<a>" }}{{ js "'\"" }}{{ urlquery "a b&c" }}{{ len .l }}{{ slice (list 1 2 3) 1 2 }}{{ 'a' }}{{ 0x1F }}{{ 1_000 }}{{ `raw` }}
