#!/usr/bin/env python3
"""Makes random charts, renders each with weir and with the real helm, and compares output, exit code and words.

usage: corpus/helm/random.sh [COUNT] [SEED] [--helm HELM] [--weir WEIR] [--jobs N] [--keep DIR] [--one N] [--show N]

COUNT is 200, SEED is 1. A chart that differs is kept in DIR/<seed>-<number>, with the command in its file `command`.
--one makes and compares the chart of that number alone.
"""
import argparse
import concurrent.futures
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile

WORDS = ["app", "web", "db", "name", "port", "image", "tag", "enabled", "labels", "extra", "items", "config", "a", "b", "x-y"]
TEXTS = ["", "x", "Hello World", "true", "null", "1", "1.10", "0x1f", "a: b", "- a\n- b\n", "line1\nline2", "ünï", "{{ .Release.Name }}",
         "{{ .Values.app }}", "{{ include \"h.name\" . }}", "10Gi", "#no", "a,b", " lead", "trail ", "yes", "~", "2020-01-01", "1e3", "'q'", '"d"',
         "x" * 90, "words and more words " * 6]
KINDS = ["ConfigMap", "Secret", "Service", "Deployment", "Job", "Namespace", "Custom", "Another", "ClusterRole", "Ingress", "Pod"]
HOOKS = ["pre-install", "post-install", "test", "pre-install,post-upgrade", "crd-install", "Pre-Delete ", "test-success"]


class Maker:
    def __init__(self, seed):
        self.r = random.Random(seed)
        # Most charts are meant to render; the others may go wrong anywhere.
        self.calm = self.maybe(0.75)
        self.globals = self.maybe(0.3)

    def pick(self, *options):
        return self.r.choice(options)

    def maybe(self, chance):
        return self.r.random() < chance

    def scalar(self):
        return self.pick(lambda: self.r.choice(TEXTS), lambda: self.r.randint(-3, 100000), lambda: self.maybe(0.5), lambda: None,
                         lambda: self.pick(1.5, 0.1, 1e10, 1000000, 123456789, 1.0, 12345678901234567890))()

    def value(self, depth):
        if depth > 0 and self.maybe(0.45):
            return {self.r.choice(WORDS): self.value(depth - 1) for _ in range(self.r.randint(0, 4))}
        if depth > 0 and self.maybe(0.25):
            return [self.value(depth - 1) for _ in range(self.r.randint(0, 3))]
        return self.scalar()

    def values(self, subcharts):
        values = {self.r.choice(WORDS): self.value(3) for _ in range(self.r.randint(1, 7))}
        if self.globals:
            values["global"] = {self.r.choice(WORDS): self.value(2) for _ in range(3)}
        elif self.maybe(0.4):
            values["global"] = self.value(3) if self.maybe(0.9) else self.scalar()
        for name in subcharts:
            if self.maybe(0.6):
                values[name] = {self.r.choice(WORDS): self.value(2) for _ in range(3)} if self.calm or self.maybe(0.9) else self.value(2)
                if isinstance(values[name], dict) and self.maybe(0.5):
                    values[name]["enabled"] = self.pick(True, False, "true", None)
                if isinstance(values[name], dict) and self.maybe(0.3):
                    values[name]["global"] = self.value(2)
        if subcharts and self.maybe(0.3):
            values["tags"] = {self.pick("t1", "t2"): self.pick(True, False, 1)}
        return values

    def path(self):
        if self.calm:
            return self.pick(".Values.", ".Values.", ".Values.", ".Values.global.") + self.r.choice(WORDS[:-1]) if self.globals else ".Values." + self.r.choice(WORDS[:-1])
        return ".Values." + ".".join(self.r.choice(WORDS[:-1]) for _ in range(self.pick(1, 1, 1, 2, 2, 3)))

    def operand(self):
        return self.pick(self.path, self.path, self.path, lambda: ".Release.Name", lambda: ".Chart.Name", lambda: '"lit"', lambda: "12",
                         lambda: ".Chart.AppVersion", lambda: "(list 1 2 \"x\")", lambda: "(dict \"k\" \"v\" \"n\" 1)", lambda: ".Values.global",
                         lambda: "true" if self.calm else "nil", lambda: "true", lambda: "1.5", lambda: ".Values", lambda: ".Template.Name",
                         lambda: f"(default \"d\" {self.path()})", lambda: ".Release.Revision", lambda: ".Values.missing")()

    def filters(self):
        text = ""
        if self.calm:
            for _ in range(self.pick(0, 0, 1, 1, 2)):
                text += " | " + self.pick("quote", "toString", "default \"dflt\"", "squote", "toYaml", "toJson", "toString | upper", "toString | trunc 5", "toString | b64enc", "toYaml | nindent 4",
                                          "toYaml | indent 2", "int", "kindOf", "typeOf", "toString | sha256sum", "toPrettyJson", "empty", "not", "printf \"%v\"", "printf \"<%s>\"", "printf \"%d\"", "toYamlPretty",
                                          "int64", "float64", "add 1", "toString | trim", "toString | title", "toString | splitList \"a\" | last", "ternary 1 2 (empty .Values.a)" if False else "toString | len", "toString | fromYaml",
                                          "toRawJson", "toString | replace \"l\" \"L\"", "toString | snakecase", "toString | camelcase", "toString | abbrev 7", "printf \"%q\"", "printf \"%T %#v\"", "toString | wrap 20", "deepEqual 1",
                                          "toString | regexReplaceAll \"[aeiou]\" \"<$0>\"" if False else "toString | nospace", "coalesce 0 \"\"", "kindIs \"map\"", "list | toJson", "dict \"k\" | toYaml", "tuple 1", "toString | quote | indent 1", "max 3", "ceil", "toString | toDecimal")
            return text
        for _ in range(self.pick(0, 0, 1, 1, 2)):
            text += " | " + self.pick("quote", "toString", "default \"dflt\"", "upper", "trunc 5", "squote", "toYaml", "toJson", "b64enc",
                                      "toYaml | nindent 4", "indent 2", "int", "len", "kindOf", "typeOf", "sha256sum", "trimSuffix \"d\"",
                                      "replace \"l\" \"L\"", "toPrettyJson", "fromYaml", "keys | sortAlpha", "first", "empty", "not",
                                      "required \"needs it\"", "printf \"%v\"", "printf \"<%s>\"", "ternary 1 2", "until", "sortAlpha | join \",\"",
                                      "toToml", "toYamlPretty", "int64", "float64", "add 1", "mul 2", "trim", "nospace", "title", "has 1", "hasKey \"a\"",
                                      "get \"a\"", "dig \"a\" \"b\" \"none\"", "compact", "uniq", "atoi", "substr 0 3", "contains \"a\"", "semver",
                                      "semverCompare \">=1.2\"", "regexMatch \"^[a-z]+$\"", "splitList \"a\" | last", "fromJson", "mustToJson")
        return text

    def action(self, depth=2):
        a = self.operand
        if self.calm and depth > 0 and self.maybe(0.25):
            return self.block(depth)
        if self.calm:
            return self.pick(
                lambda: "{{ %s%s }}" % (a(), self.filters()), lambda: "{{ %s | quote }}" % a(), lambda: "{{ %s | toJson }}" % a(), lambda: "{{- toYaml %s | nindent 6 }}" % a(),
                lambda: "{{ include \"h.name\" . | quote }}", lambda: "{{ tpl (toString %s) $ | quote }}" % self.pick("(.Values.app | quote)", ".Release.Name", "12"), lambda: "{{ tpl \"{{ .Release.Name }}-{{ .Chart.Name }}\" $ }}",
                lambda: "{{ printf \"%%s-%%d\" (toString %s) (int %s) | quote }}" % (a(), a()), lambda: "{{ .Files.Get \"%s\" | quote }}" % self.pick("f.txt", "conf/a.yaml", "nope"),
                lambda: "{{- (.Files.Glob \"%s\").AsConfig | nindent 6 }}" % self.pick("conf/*", "**", "*.txt", "{f,g}.txt"), lambda: "{{- (.Files.Glob \"conf/**\").AsSecrets | nindent 6 }}",
                lambda: "{{ range $n, $d := .Files.Glob \"**\" }}{{ $n | quote }}{{ end }}", lambda: "{{ .Capabilities.APIVersions.Has \"%s\" }}" % self.pick("apps/v1", "x/v1", "v1"),
                lambda: "{{ .Capabilities.KubeVersion.%s }}" % self.pick("Version", "Major", "Minor", "GitVersion"), lambda: "{{ semverCompare \">=1.%d-0\" .Capabilities.KubeVersion.Version }}" % self.r.randint(18, 38),
                lambda: "{{ .Chart.%s | toJson }}" % self.pick("Name", "Version", "AppVersion", "Type", "Annotations", "Maintainers", "Dependencies", "Keywords", "Deprecated", "IsRoot"), lambda: "{{ .Release | toJson }}",
                lambda: "{{ .Template.Name | quote }}", lambda: "{{ typeOf %s }}/{{ kindOf %s }}" % (a(), a()), lambda: "{{ $x := %s }}{{ $x | toJson }}" % a(), lambda: "{{ coalesce %s %s | toJson }}" % (a(), a()),
                lambda: "{{ $_ := set .Values \"%s\" %s }}" % (self.r.choice(WORDS[:-1]), self.pick("1", "(dict \"z\" 1)", ".Release.Name")), lambda: "{{ mergeOverwrite (deepCopy .Values) (dict \"a\" 1) | toJson }}",
                lambda: "{{ .Values | toJson }}", lambda: "{{ keys .Subcharts | sortAlpha | toJson }}", lambda: "{{ lookup \"v1\" \"Secret\" \"ns\" \"n\" | toJson }}", lambda: "{{ merge (dict) .Values | toJson }}",
                lambda: "{{ .Values.global | toJson }}", lambda: "{{ .Values.sub0 | toJson }}", lambda: "{{ .Values.imported | toJson }}", lambda: "{{ dig \"config\" \"none\" .Values.AsMap | toJson }}" if False else "{{ hasKey .Values \"app\" }}",
                lambda: "{{ pick .Values \"a\" \"b\" | toJson }}", lambda: "{{ omit .Values \"app\" | toJson }}", lambda: "{{ get .Values \"app\" | toJson }}", lambda: "{{ required \"x\" .Release.Name }}")()
        return self.pick(
            lambda: "{{ %s%s }}" % (a(), self.filters()), lambda: "{{ %s%s }}" % (a(), self.filters()), lambda: "{{- %s%s -}}" % (a(), self.filters()),
            lambda: "{{ %s | quote }}" % a(), lambda: "{{ toYaml %s | nindent 6 }}" % a(), lambda: "{{ toJson %s }}" % a(),
            lambda: "{{ include \"h.name\" %s }}" % self.pick(".", "$", a()), lambda: "{{ include \"h.labels\" . | nindent 4 }}",
            lambda: "{{ template \"h.name\" . }}", lambda: "{{ tpl %s . }}" % self.pick(a(), "\"{{ .Release.Name }}-x\"", f"(toString {a()})"),
            lambda: "{{ printf \"%%s-%%d\" %s %s }}" % (a(), a()), lambda: "{{ eq %s %s }}" % (a(), a()), lambda: "{{ lt %s %s }}" % (a(), a()),
            lambda: "{{ .Files.Get \"%s\" }}" % self.pick("f.txt", "conf/a.yaml", "nope"), lambda: "{{ (.Files.Glob \"%s\").AsConfig | nindent 2 }}" % self.pick("conf/*", "**", "*.txt", "{f,g}.txt"),
            lambda: "{{ (.Files.Glob \"conf/**\").AsSecrets }}", lambda: "{{ .Files.Lines \"f.txt\" }}",
            lambda: "{{ .Capabilities.APIVersions.Has \"%s\" }}" % self.pick("apps/v1", "x/v1", "v1"), lambda: "{{ .Capabilities.KubeVersion.%s }}" % self.pick("Version", "Major", "Minor", "GitVersion"),
            lambda: "{{ semverCompare \">=1.%d-0\" .Capabilities.KubeVersion.Version }}" % self.r.randint(18, 38), lambda: "{{ .Chart.%s }}" % self.pick("Name", "Version", "AppVersion", "Type", "Annotations", "Maintainers", "Dependencies", "Keywords", "Deprecated", "Nope", "IsRoot"),
            lambda: "{{ .Release.%s }}" % self.pick("Name", "Namespace", "Service", "IsInstall", "IsUpgrade", "Revision", "Nope"),
            lambda: "{{ .Template.%s }}" % self.pick("Name", "BasePath"), lambda: "{{ lookup \"v1\" \"Secret\" \"ns\" \"n\" }}",
            lambda: "{{ required \"%s is needed\" %s }}" % (self.pick("it", "the\\nthing"), a()), lambda: "{{ if %s }}{{ fail \"no %%s\" }}{{ end }}" % self.pick("false", a()),
            lambda: "{{ index %s %s }}" % (a(), self.pick("0", "\"a\"", a())), lambda: "{{ merge (dict) %s | toJson }}" % a(), lambda: "{{ len %s }}" % a(),
            lambda: "{{ coalesce %s %s %s }}" % (a(), a(), a()), lambda: "{{ typeOf %s }}/{{ kindOf %s }}" % (a(), a()), lambda: "{{ $x := %s }}{{ $x }}" % a(),
            lambda: "{{ $_ := set .Values \"%s\" %s }}" % (self.r.choice(WORDS[:-1]), a()), lambda: "{{ mergeOverwrite (deepCopy .Values) (dict \"a\" 1) | toYaml | nindent 2 }}",
            lambda: "{{ .Values | toYaml | nindent 2 }}", lambda: "{{ .Subcharts }}" if self.maybe(0.2) else "{{ keys .Subcharts | sortAlpha }}", lambda: "{{ %s.%s }}" % (self.path(), self.r.choice(WORDS[:-1])),
            lambda: "{{/* comment */}}", lambda: "{{- /* c */ -}}", lambda: "{{ define \"d%d\" }}D{{ . }}{{ end }}{{ template \"d%d\" %s }}" % ((self.r.randint(1, 3),) * 2 + (a(),)),
            lambda: self.block(depth), lambda: self.block(depth), lambda: self.block(depth))()

    def block(self, depth):
        if depth <= 0:
            return "{{ .Release.Name }}"
        if self.calm:
            inner, a = self.action(depth - 1), self.operand
            return self.pick(
                lambda: "{{ if %s }}%s{{ end }}" % (a(), inner), lambda: "{{- if and %s %s }}%s{{ else }}other{{ end }}" % (a(), a(), inner), lambda: "{{ with %s }}{{ . | toJson }}{{ else }}none{{ end }}" % a(),
                lambda: "{{ range $k, $v := .Values }}{{ $k }}={{ $v | toJson }};{{ end }}" , lambda: "{{ range list 1 2 \"x\" }}{{ if eq (toString .) \"2\" }}{{ continue }}{{ end }}[{{ . }}]{{ end }}",
                lambda: "{{ range $i, $e := until 4 }}{{ if gt $i 1 }}{{ break }}{{ end }}{{ $e }}{{ else }}empty{{ end }}", lambda: "{{ if eq (toString %s) \"x\" }}A{{ else if %s }}B{{ else }}C{{ end }}" % (a(), a()),
                lambda: "{{ if not (empty %s) }}%s{{ end }}" % (a(), inner), lambda: "{{ if kindIs \"map\" %s }}m{{ else if kindIs \"slice\" %s }}s{{ end }}" % (a(), a()))()
        inner = " ".join(self.action(depth - 1) for _ in range(self.pick(1, 1, 2)))
        a = self.operand
        return self.pick(
            lambda: "{{ if %s }}%s{{ end }}" % (a(), inner), lambda: "{{- if and %s %s }}%s{{ else }}other{{ end }}" % (a(), a(), inner),
            lambda: "{{ with %s }}{{ . }}{{ else }}none{{ end }}" % a(), lambda: "{{ with %s }}%s{{ end }}" % (a(), inner.replace(".Values", "$.Values").replace(" .R", " $.R").replace("$$", "$")),
            lambda: "{{ range %s }}[{{ . }}]{{ end }}" % a(), lambda: "{{ range $k, $v := %s }}{{ $k }}={{ $v }};{{ end }}" % a(),
            lambda: "{{ range $i, $e := %s }}{{ if gt $i 1 }}{{ break }}{{ end }}{{ $e }}{{ else }}empty{{ end }}" % a(),
            lambda: "{{ if eq %s \"x\" }}A{{ else if %s }}B{{ else }}C{{ end }}" % (a(), a()), lambda: "{{ if not (empty %s) }}%s{{ end }}" % (a(), inner),
            lambda: "{{ range until 3 }}{{ . }}{{ end }}")()

    def object(self):
        kind = self.r.choice(KINDS)
        lines = [f"apiVersion: {self.pick('v1', 'v1', 'apps/v1', 'x.io/v1')}", f"kind: {kind}", "metadata:", f"  name: {self.pick('n', '{{ .Release.Name }}', '{{ include %s . }}' % json.dumps('h.name'))}"]
        if self.maybe(0.25):
            lines += ["  annotations:", f"    {self.pick('helm.sh/hook', 'helm.sh/hook', 'other')}: {self.pick('', '%s' % json.dumps(self.r.choice(HOOKS)))}"]
            if self.maybe(0.5):
                lines += [f"    helm.sh/hook-weight: {self.pick(json.dumps('5'), json.dumps('-1'), '3', 'x')}"]
            if self.maybe(0.3):
                lines += ["    helm.sh/hook-delete-policy: before-hook-creation, hook-succeeded"]
        if self.maybe(0.3):
            lines += ["  labels: {{- include \"h.labels\" . | nindent 4 }}"]
        if self.maybe(0.8):
            lines += ["data:"]
            for at in range(self.r.randint(1, 4)):
                quoted = self.maybe(0.5)
                action = self.action()
                if self.calm and not quoted:
                    lines += [f"  k{at}: |-", f"    x{action}".replace("\n", "\n    ")]
                    continue
                lines += [f"  k{at}: " + (f"{{{{ {self.operand()}{self.filters()} | quote }}}}" if quoted else f"{action}")]
        return "\n".join(lines) + "\n"

    def template(self):
        parts = []
        for _ in range(self.pick(1, 1, 1, 2, 3)):
            text = self.object()
            if self.maybe(0.2):
                text = "{{- if %s }}\n%s{{- end }}\n" % (self.operand(), text)
            parts.append(text)
        text = self.pick("---\n", "\n---\n", "--- # c\n", "---\n---\n").join(parts)
        if self.maybe(0.2):
            text = "---\n" + text
        if not self.calm and self.maybe(0.05):
            text += self.pick("{{ end }}", "{{ if }}", "{{ nofunc 1 }}", "a: b: c\n", "{{ .Values.a", "\t\tbad: tab\n", "{{ $u }}")
        return text

    def helpers(self, name):
        own = self.pick("h", "h", name)
        text = '{{- define "h.name" -}}%s{{- end -}}\n{{ define "h.labels" }}\napp: {{ %s | quote }}\nchart: {{ .Chart.Name }}-{{ .Chart.Version }}\n{{- end -}}\n' % (
            self.pick("{{ .Release.Name }}-%s" % name, "{{ .Chart.Name | trunc 63 }}", "x{{ . | toString | trunc 9 }}", "{{ .Values.app }}"), self.operand())
        return text + '{{- define "%s.own" }}{{ . }}{{ end }}' % own

    def schema(self):
        def shape(depth):
            kinds = [lambda: {"type": self.pick("string", "integer", "number", "boolean", "object", "array", "null", ["string", "null"])},
                     lambda: {"minLength": self.r.randint(0, 3)}, lambda: {"maximum": self.pick(10, 1000, 99999)}, lambda: {"enum": [self.scalar() for _ in range(2)]},
                     lambda: {"const": self.scalar()}, lambda: {"pattern": self.pick("^a", "[0-9]+$")}, lambda: {"not": {"type": "string"}}, lambda: {"minItems": 2},
                     lambda: {"uniqueItems": True}, lambda: {"multipleOf": 2}, lambda: True]
            if depth > 0:
                kinds += [lambda: {"properties": {self.r.choice(WORDS): shape(depth - 1)}}, lambda: {"additionalProperties": False, "properties": {self.r.choice(WORDS): shape(0)}},
                          lambda: {"required": [self.r.choice(WORDS)]}, lambda: {"anyOf": [shape(0), shape(0)]}, lambda: {"allOf": [shape(0), shape(0)]},
                          lambda: {"oneOf": [shape(0), shape(0)]}, lambda: {"items": shape(0)}, lambda: {"$ref": "#/definitions/d"}, lambda: {"if": shape(0), "then": shape(0), "else": shape(0)}]
            return self.r.choice(kinds)()
        schema = {"$schema": self.pick("http://json-schema.org/draft-07/schema#", "https://json-schema.org/draft/2020-12/schema", "http://json-schema.org/schema#"),
                  "definitions": {"d": shape(1)}, "properties": {self.r.choice(WORDS): shape(2)}}
        if self.maybe(0.2):
            schema["required"] = [self.r.choice(WORDS)]
        if self.maybe(0.05):
            schema["properties"]["a"] = {"type": "nonsense"}
        return json.dumps(schema)

    def chart(self, directory, name, depth, style):
        os.makedirs(os.path.join(directory, "templates"), exist_ok=True)

        def write(path, text):
            path = os.path.join(directory, path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)

        about = {"apiVersion": self.pick("v2", "v2", "v2", "v1"), "name": name, "version": self.pick("1.0.0", "0.1.2-rc.1", "v2.3", "1.2")}
        if self.maybe(0.5):
            about["appVersion"] = self.pick("1.10", "2.0.1", "latest", 1.1, 16)
        if self.maybe(0.3):
            about["annotations"] = {"a/b": self.pick("x", "true"), "c": "d"}
        if self.maybe(0.2):
            about["maintainers"] = [{"name": "N", "email": "n@example.org"}]
        if self.maybe(0.15):
            about["kubeVersion"] = self.pick(">=1.20.0-0", "^1.20-0", ">=1.20.0-0", ">=1.99", "bad range")
        if self.maybe(0.15):
            about["type"] = self.pick("application", "application", "library") if depth else "application"
        if self.maybe(0.1):
            about["keywords"] = ["k"]
        if self.maybe(0.002 if self.calm else 0.02):
            about.update(self.pick({"version": "x"}, {"name": ""}, {"type": "odd"}, {"apiVersion": "v9"}, {"dependencies": [None]}, {"maintainers": ["x"]}, {"annotations": {"x": {"y": 1}}}, {"name": "a/b"}))
        subcharts, dependencies = [], []
        if depth > 0:
            for at in range(self.pick(0, 0, 1, 1, 2)):
                sub = f"sub{at}"
                self.chart(os.path.join(directory, "charts", sub), sub, depth - 1, style)
                subcharts.append(sub)
                if self.maybe(0.75):
                    dependency = {"name": sub, "version": self.pick("*", ">=0.0.0-0", ">=0.0.0-0", "^1.0.0"), "repository": ""}
                    if self.maybe(0.3):
                        dependency["alias"] = self.pick("web", "other")
                    if self.maybe(0.4):
                        dependency["condition"] = self.pick(f"{sub}.enabled", "web.enabled", "global.a,enabled", f" {sub}.enabled ,x")
                    if self.maybe(0.25):
                        dependency["tags"] = [self.pick("t1", "t2")]
                    if self.maybe(0.3):
                        dependency["import-values"] = self.pick(["data"], [{"child": "config", "parent": "imported"}], [{"child": "app", "parent": "."}], ["nope", {"child": "config", "parent": "a.b"}])
                    dependencies.append(dependency)
                    if dependency.get("alias") == "web" and self.maybe(0.4):
                        dependencies.append({"name": sub, "version": "*", "repository": "", "alias": "web2"})
            if self.maybe(0.003 if self.calm else 0.03):
                dependencies.append({"name": "absent", "version": "1.0.0", "repository": "https://example.org"})
        if dependencies:
            if about["apiVersion"] == "v1":
                write("requirements.yaml", json.dumps({"dependencies": dependencies}))
            else:
                about["dependencies"] = dependencies
        write("Chart.yaml", "".join(f"{key}: {json.dumps(value) if not isinstance(value, str) or key not in ('version', 'appVersion') else value}\n" for key, value in about.items()))
        values = self.values(subcharts + ["web"])
        if self.maybe(0.3):
            values["exports"] = {"data": self.value(2)}
        if self.maybe(0.93):
            text = self.yaml(values)
            if self.maybe(0.005 if self.calm else 0.03):
                text += self.pick("\n---\nb: 2\n", "a: b: c\n", "--- x\n")
            write("values.yaml", text)
        for at in range(self.pick(1, 1, 2, 3)):
            write(f"templates/{self.pick('t', 'u', 'sub/t')}{at}.yaml", self.template())
        if self.calm or self.maybe(0.9):
            write("templates/_helpers.tpl", self.helpers(name))
        if self.maybe(0.4):
            write("templates/NOTES.txt", "Notes {{ .Release.Name }} %s\n" % self.action())
        if self.maybe(0.2):
            write("templates/tests/t.yaml", self.object().replace("metadata:", "metadata:\n  namespace: x"))
        if self.maybe(0.5):
            write("f.txt", self.pick("one\ntwo\n", "text", "ünï\n\n"))
            write("conf/a.yaml", "a: 1\n")
            write("conf/deep/b.txt", "b")
        if self.maybe(0.2):
            write("crds/crd.yaml", self.pick("", "---\n") + "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: x}\n")
        if self.maybe(0.1):
            write(".helmignore", self.pick("conf/\n", "*.txt\n", "templates/u0.yaml\n", "# c\n!f.txt\n", "/f.txt\n"))
        if self.maybe(0.15):
            write("values.schema.json", self.schema())
        return subcharts

    def yaml(self, value, indent=0):
        if isinstance(value, dict) and value and self.maybe(0.8):
            text = ""
            for key, inner in value.items():
                if isinstance(inner, dict) and inner and self.maybe(0.85):
                    text += " " * indent + f"{key}:\n" + self.yaml_block(inner, indent + 2)
                else:
                    text += " " * indent + f"{key}: {json.dumps(inner, ensure_ascii=False)}\n"
            return text
        return " " * indent + json.dumps(value, ensure_ascii=False) + "\n"

    def yaml_block(self, value, indent):
        return "".join(" " * indent + f"{key}:\n" + self.yaml_block(inner, indent + 2) if isinstance(inner, dict) and inner
                       else " " * indent + f"{key}: {json.dumps(inner, ensure_ascii=False)}\n" for key, inner in value.items())

    def flags(self, root):
        flags = []
        for at in range(self.pick(0, 0, 1, 2)):
            path = os.path.join(root, f"values{at}.yaml")
            with open(path, "w", encoding="utf-8") as file:
                file.write(self.yaml(self.values(["sub0", "sub1", "web"])) if self.calm or self.maybe(0.97) else self.pick("- 1\n", "a: [", "", "x"))
            flags += ["-f", f"values{at}.yaml"]
        for _ in range(self.pick(0, 0, 0, 1, 2)):
            word = lambda: self.r.choice(WORDS)
            flags += self.pick(
                lambda: ["--set", f"{word()}={self.pick('1', 'x', 'true', 'null', '', '{a,b}', 'a,b=2', '0', '007')}"], lambda: ["--set", f"{word()}.{word()}={self.pick('1', 'x')}"],
                lambda: ["--set", f"{word()}[{self.r.randint(0, 2)}]={self.pick('1', 'x')}"], lambda: ["--set", f"{word()}[0].{word()}=z"], lambda: ["--set-string", f"{word()}={self.pick('1', 'true')}"],
                lambda: ["--set-json", f"{word()}={self.pick('[1,2]', '{%s:1.5}' % json.dumps('k'), 'null', *([] if self.calm else ['nope']))}"], lambda: ["--set-literal", f"{word()}=a,b=c"],
                lambda: ["--set", f"global.{word()}=g"], lambda: ["--set", "global.a=1"] if self.calm else ["--set", self.pick("a", "=", "a=b,c", "a[=1", "a.=1", "a\\.b=1", "a[0][1]=x", "sub0.enabled=false", "web=null")])()
        for chance, flag in [(0.15, ["--include-crds"]), (0.1, ["--skip-tests"]), (0.1, ["--no-hooks"]), (0.1, ["--is-upgrade"]), (0.3, ["--kube-version", self.pick("1.30", "v1.29.3", "1.33.0-eks")]),
                             (0.1, ["--api-versions", "x/v1,y/v2"]), (0.3, ["-n", "ns1"]), (0.07, ["-s", self.pick("templates/t0.yaml", "templates/*", "templates/nope.yaml")]), (0.1, ["--skip-schema-validation"])]:
            if self.maybe(chance):
                flags += flag
        return flags


def pack(root):
    with tarfile.open(os.path.join(root, "chart.tgz"), "w:gz") as archive:
        archive.add(os.path.join(root, "chart"), "chart")


def run(program, arguments, root):
    environment = {"HOME": "/nonexistent", "PATH": "/usr/bin:/bin", "KUBECONFIG": "/dev/null", "HELM_CACHE_HOME": "/tmp/helm-cache", "HELM_CONFIG_HOME": "/tmp/helm-config", "TZ": "UTC"}
    done = subprocess.run(program + ["template", "rel"] + arguments, capture_output=True, timeout=120, env=environment, cwd=root)
    return done.returncode, done.stdout, done.stderr.decode("utf-8", "replace")


def words(stderr):
    """What helm says went wrong. Names that it lists in random order are sorted."""
    text = "\n".join(line for line in stderr.splitlines() if not line.startswith(("level=", "20"))).strip()
    return re.sub(r"additional properties (.*) not allowed", lambda found: "additional properties " + ", ".join(sorted(found.group(1).split(", "))) + " not allowed", text)


def compare(args, seed, number):
    root = tempfile.mkdtemp(prefix="weir-chart-")
    maker = Maker(f"{seed}-{number}")
    maker.chart(os.path.join(root, "chart"), "chart", 2, None)
    arguments = ["./chart"] + maker.flags(root)
    if maker.maybe(0.2):
        pack(root)
        arguments[0] = "./chart.tgz"
    try:
        theirs = run([args.helm], arguments, root)
        ours = run([args.weir, "helm"], arguments, root)
        verdict, detail = "same", ""
        if theirs[0] != ours[0]:
            verdict = "code"
            detail = f"helm ends with {theirs[0]}, weir with {ours[0]}\n  helm: {words(theirs[2])[:700]}\n  weir: {words(ours[2])[:700]}"
        elif theirs[0] != 0 and not words(ours[2]).startswith(words(theirs[2])):
            # Helm walks charts and values in random order: what it says in one of some runs is right.
            more = [words(run([args.helm], arguments, root)[2]) for _ in range(8)]
            lines = lambda text: sorted(text.splitlines())
            alike = [text for text in more + [words(theirs[2])] if words(ours[2]).startswith(text) or lines(words(ours[2]))[:len(lines(text))] == lines(text)]
            if alike:
                verdict = "same"
            else:
                verdict, detail = "words", f"\n  helm: {words(theirs[2])[:900]}\n  weir: {words(ours[2])[:900]}"
        elif theirs[1] != ours[1]:
            again = run([args.helm], arguments, root)
            if again[1] == theirs[1]:
                one, two = theirs[1].decode("utf-8", "replace").split("\n"), ours[1].decode("utf-8", "replace").split("\n")
                at = next((at for at in range(min(len(one), len(two))) if one[at] != two[at]), min(len(one), len(two)))
                pick = lambda lines: repr(lines[at][:300]) if at < len(lines) else "<end>"
                verdict, detail = "output", f"line {at + 1}\n  helm: {pick(one)}\n  weir: {pick(two)}"
        if verdict != "same" and args.keep:
            kept = os.path.join(args.keep, f"{seed}-{number}")
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(root, kept)
            with open(os.path.join(kept, "command"), "w") as file:
                file.write(" ".join(["template", "rel"] + [json.dumps(argument) for argument in arguments]) + "\n")
        return number, verdict + (" fails" if theirs[0] != 0 and verdict == "same" else ""), detail
    except Exception as error:
        return number, "broken", repr(error)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("count", nargs="?", type=int, default=200)
    parser.add_argument("seed", nargs="?", type=int, default=1)
    parser.add_argument("--helm", default=os.environ.get("HELM", os.path.expanduser("~/.cache/weir-oracles/helm")))
    parser.add_argument("--weir", default=os.environ.get("WEIR", "target/debug/weir"))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep")
    parser.add_argument("--one", type=int)
    parser.add_argument("--show", type=int, default=20)
    args = parser.parse_args()
    args.weir, args.helm = os.path.abspath(args.weir), os.path.abspath(args.helm)
    numbers = [args.one] if args.one is not None else range(args.count)
    counts, shown = {}, 0
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for number, verdict, detail in pool.map(lambda number: compare(args, args.seed, number), numbers):
            counts[verdict] = counts.get(verdict, 0) + 1
            if detail and shown < args.show:
                shown += 1
                print(f"{verdict}: {args.seed}-{number}: {detail}", flush=True)
    good = counts.get("same", 0) + counts.get("same fails", 0)
    print(f"{good} of {len(numbers)} random charts agree: {counts}")
    sys.exit(0 if good == len(numbers) else 1)


if __name__ == "__main__":
    main()
