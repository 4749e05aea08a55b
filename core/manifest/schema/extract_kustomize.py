#!/usr/bin/env python3
"""Writes what kustomize knows of the built-in kinds: it has an older schema (Kubernetes 1.21.2) compiled in.

    python3 extract_kustomize.py DUMP

DUMP is the JSON of `openapi.Schema()` of sigs.k8s.io/kustomize/kyaml v0.21.1, written by a Go program of a few lines.
Only fields are kept that merge, or below which something merges: all that a strategic merge asks for. The form is that of
`definitions.txt`, see extract.py. Kinds of which nothing merges are not in the file.
"""
import json
import os
import sys

from extract import HERE, short, target, type_of

KUSTOMIZATION = "io.k8s.api.apps.v1.Kustomization"


def merges(node):
    return "x-kubernetes-patch-strategy" in node


def inner(node):
    while "items" in node or isinstance(node.get("additionalProperties"), dict):
        node = node.get("items") or node["additionalProperties"]
    return target(node)


def kept_fields(definitions):
    kept = {}
    while True:
        new = {name: [field for field, node in definition.get("properties", {}).items()
                      if merges(node) or inner(node) in kept and kept[inner(node)]]
               for name, definition in definitions.items()}
        new = {name: fields for name, fields in new.items() if fields}
        if new == kept:
            return kept
        kept = new


def properties_of(node):
    strategies = node.get("x-kubernetes-patch-strategy", "").split(",")
    if "merge" not in strategies:
        return []
    keys = node.get("x-kubernetes-list-map-keys")
    key = node.get("x-kubernetes-patch-merge-key")
    return ([f"M={','.join(keys)}"] if keys else []) + ([f"P={key}"] if key else ["p"])


def plain_type(node, package, kept):
    if "items" in node:
        return "[" + plain_type(node["items"], package, kept)
    if isinstance(node.get("additionalProperties"), dict):
        return "{" + plain_type(node["additionalProperties"], package, kept)
    return type_of(node, package) if target(node) in kept else "x"


def main():
    with open(sys.argv[1]) as file:
        dump = json.load(file)
    definitions = dump.get("definitions", dump)
    kept = kept_fields(definitions)
    packages = {}
    for name in kept:
        package = "io.k8s.kustomize" if name == KUSTOMIZATION else name.rsplit(".", 1)[0]
        packages.setdefault(package, []).append(name)
    with open(os.path.join(HERE, "../src/schema/kustomize.txt"), "w") as out:
        for package in sorted(packages):
            gvks = {(g["group"] + "/" + g["version"]).lstrip("/") for name in packages[package]
                    for g in definitions[name].get("x-kubernetes-group-version-kind", [])
                    if g["kind"] == name.rsplit(".", 1)[1] and g["kind"] != "DeleteOptions"}
            if len(gvks) > 1:
                raise SystemExit(f"{package}: {gvks}")
            alias = "kustomize" if package == "io.k8s.kustomize" else short(package)
            print(f"={alias} {package} {gvks.pop() if gvks else '-'}", file=out)
            for name in sorted(packages[package]):
                node = definitions[name]
                is_kind = any(g["kind"] == name.rsplit(".", 1)[1]
                              for g in node.get("x-kubernetes-group-version-kind", []))
                print(" ".join(["@" + name.rsplit(".", 1)[1]] + (["K"] if is_kind else [])), file=out)
                for field in sorted(kept[name]):
                    inner_node = node["properties"][field]
                    parts = [field, plain_type(inner_node, name.rsplit(".", 1)[0], kept), *properties_of(inner_node)]
                    print(" ".join(parts), file=out)


if __name__ == "__main__":
    main()
