#!/usr/bin/env python3
"""Writes src/typed/structs.txt: what the typed form of the built-in kinds has that OpenAPI does not tell.

    go mod download k8s.io/api@v0.36.3 k8s.io/apimachinery@v0.36.3 k8s.io/apiextensions-apiserver@v0.36.3 \\
        k8s.io/kube-aggregator@v0.36.3
    python3 extract.py $(go env GOMODCACHE)/k8s.io

Only facts of the API are extracted: numbers of fields on the wire, and which fields are left out when they are zero.

    `=io.k8s.api.core.v1`      a package
    `Pod metadata spec status` a struct and its fields in the order of their numbers, from 1 on; a number is a jump to it
    `name?`                    a plain scalar that is left out when it is zero
    `>VolumeSource`            a struct whose fields are fields of this one in JSON, but not on the wire
"""
import glob
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
FIELD = re.compile(r'^\s+(?:(\w+)\s+)?(\*?[\w.\[\]*]+(?:\{\})?)\s+`json:"([^"]*)"[^`]*protobuf:"[^",]*,(\d+)[^`]*`')
SCALARS = {"string", "int32", "int64", "int", "bool", "float64", "uint32", "byte", "types.UID"}


def packages(root):
    api, machinery = os.path.join(root, "api@v0.36.3"), os.path.join(root, "apimachinery@v0.36.3")
    for path in sorted(glob.glob(os.path.join(api, "*/v*/types.go"))):
        group, version = path.split(os.sep)[-3:-1]
        if re.fullmatch(r"v\d+", version):
            yield f"io.k8s.api.{group}.{version}", glob.glob(os.path.join(os.path.dirname(path), "*types*.go"))
    meta = os.path.join(machinery, "pkg/apis/meta/v1")
    yield "io.k8s.apimachinery.pkg.apis.meta.v1", [os.path.join(meta, "types.go")]
    base = os.path.join(root, "apiextensions-apiserver@v0.36.3/pkg/apis/apiextensions/v1")
    yield "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1", glob.glob(os.path.join(base, "types*.go"))
    base = os.path.join(root, "kube-aggregator@v0.36.3/pkg/apis/apiregistration/v1")
    yield "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1", glob.glob(os.path.join(base, "types.go"))


def structs(text):
    for match in re.finditer(r"^type (\w+) struct \{\n(.*?)^\}", text, re.M | re.S):
        fields = [f for f in map(FIELD.match, match.group(2).split("\n")) if f]
        if fields:
            yield match.group(1), fields


def words(fields, scalars):
    at = 1
    for field in sorted(fields, key=lambda f: int(f.group(4))):
        name, ty, json, number = field.groups()
        if int(number) != at:
            yield number
        at = int(number) + 1
        json, *flags = json.split(",")
        if not json:
            yield ">" + ty.lstrip("*").split(".")[-1]
            continue
        plain = ty in SCALARS or ty.split(".")[-1] in scalars
        yield json + ("?" if plain and not ty.startswith("*") and ({"omitempty", "omitzero"} & set(flags)) else "")


def main():
    found = [(name, "".join(open(path).read() for path in sorted(paths))) for name, paths in packages(sys.argv[1])]
    scalars = {name for _, text in found for name in re.findall(r"^type (\w+) (?:string|int32|int64|bool)$", text, re.M)}
    with open(os.path.join(HERE, "../src/typed/structs.txt"), "w") as out:
        for package, text in found:
            print(f"={package}", file=out)
            for name, fields in sorted(structs(text)):
                print(name, *words(fields, scalars), file=out)


main()
