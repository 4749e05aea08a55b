#!/usr/bin/env python3
"""Writes the two data files that this crate knows the built-in kinds of Kubernetes from.

    go mod download k8s.io/kubernetes@v1.36.3 k8s.io/kubernetes@v1.37.0
    python3 extract.py 1.36=$(go env GOMODCACHE)/k8s.io/kubernetes@v1.36.3 \\
                       1.37=$(go env GOMODCACHE)/k8s.io/kubernetes@v1.37.0

The arguments go from the oldest to the newest version. What the newest version has is taken from it; definitions and kinds
that only an older one has are kept. Only facts of the API are extracted (names, types, merge keys), no descriptions.

src/schema/definitions.txt
    `=core.v1 io.k8s.api.core.v1 v1`   a package: short name, name in OpenAPI, group/version of its kinds
    `@Pod K`                           a definition; `K`: a kind, has the fields apiVersion and kind; `A`: an atomic map
    `ports [ContainerPort M=containerPort,protocol P=containerPort`   a field: name, type, properties
  types: `s` string, `y` bytes in base64, `b` boolean, `i` integer, `i4` int32, `i8` int64, `n` number, `q` Quantity,
    `v` IntOrString, `t` Time, `u` MicroTime, `o` object of any fields, `x` anything, `Name` a definition of this package,
    `pkg.v1.Name` one of another, `[T` list of T, `{T` map to T
  properties: `!` required, `0` the default is the zero value, `d=JSON` default, `A` atomic list, `S` set,
    `M=a,b` list with these keys, `P=k` merge patches merge by this key, `p` merge patches merge values,
    `R` patches retain keys, `r` patches replace, `a` atomic map

src/kinds/kinds.txt, in the order of API discovery:
    `apps v1 Deployment N deployments - deploy all * status;scale=autoscaling/v1/Scale *`
    group (- for the core), version, kind, N(amespaced) or C(luster), plural, singular (- for the kind in small letters),
    short names, categories, verbs (* for all), subresources, versions of Kubernetes that have it (* for all)
    A subresource is `name[=group/version/Kind][:verb+verb]`; without a kind it is that of the resource, without verbs it
    has get, patch, update.
"""
import glob
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ALL_VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
SHORT = [("io.k8s.apimachinery.pkg.apis.", ""), ("io.k8s.apiextensions-apiserver.pkg.apis.", ""),
         ("io.k8s.kube-aggregator.pkg.apis.", ""), ("io.k8s.apimachinery.pkg.", ""), ("io.k8s.api.", "")]
SPECIAL = {"io.k8s.apimachinery.pkg.api.resource.Quantity": "q", "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "v",
           "io.k8s.apimachinery.pkg.apis.meta.v1.Time": "t", "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": "u",
           "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON": "x"}
FORMATS = {("string", None): "s", ("string", "byte"): "y", ("boolean", None): "b", ("integer", None): "i",
           ("integer", "int32"): "i4", ("integer", "int64"): "i8", ("number", None): "n", ("number", "double"): "n",
           ("string", "date-time"): "t", (None, None): "x", ("object", None): "o"}


def definitions_of(root):
    found = {}
    for path in sorted(glob.glob(os.path.join(root, "api/openapi-spec/v3/*openapi.json"))):
        with open(path) as file:
            found.update(json.load(file).get("components", {}).get("schemas", {}))
    return found


def short(package):
    for prefix, by in SHORT:
        if package.startswith(prefix):
            return by + package[len(prefix):]
    raise SystemExit(f"no short name for {package}")


def target(node):
    one = node.get("$ref") or next((part["$ref"] for part in node.get("allOf", [])), None)
    return one and one.rsplit("/", 1)[1]


def type_of(node, package):
    ref = target(node)
    if ref:
        if ref in SPECIAL:
            return SPECIAL[ref]
        home, name = ref.rsplit(".", 1)
        return name if home == package else f"{short(home)}.{name}"
    if node.get("type") == "array":
        return "[" + type_of(node["items"], package)
    if isinstance(node.get("additionalProperties"), dict):
        return "{" + type_of(node["additionalProperties"], package)
    return FORMATS[(node.get("type"), node.get("format"))]


def inner_lists(node):
    """Properties of lists inside of lists and maps: nothing of that kind may carry any, the format has no room."""
    for inner in (node.get("items"), node.get("additionalProperties")):
        if isinstance(inner, dict):
            yield inner
            yield from inner_lists(inner)


def properties_of(name, node, required):
    for inner in inner_lists(node):
        odd = [key for key in inner if key.startswith("x-kubernetes") and inner.get(key) != "atomic"]
        if odd:
            raise SystemExit(f"{name}: {odd} below a list or map")
    out = ["!"] if required else []
    if "default" in node:
        default = node["default"]
        out.append("0" if default in ("", 0, False, {}) else "d=" + json.dumps(default, separators=(",", ":")))
    kind = node.get("x-kubernetes-list-type")
    if node.get("type") == "array" and kind:
        keys = ",".join(node.get("x-kubernetes-list-map-keys", []))
        out.append({"atomic": "A", "set": "S", "map": "M=" + keys}[kind])
    strategies = node.get("x-kubernetes-patch-strategy", "").split(",")
    if "merge" in strategies:
        key = node.get("x-kubernetes-patch-merge-key")
        out.append(f"P={key}" if key else "p")
    if "retainKeys" in strategies:
        out.append("R")
    if "replace" in strategies:
        out.append("r")
    if node.get("x-kubernetes-map-type") == "atomic":
        out.append("a")
    return out


def group_version(package, nodes):
    found = {(gvk["group"] + "/" + gvk["version"]).lstrip("/")
             for name, node in nodes for gvk in node.get("x-kubernetes-group-version-kind", [])
             if name.rsplit(".", 1)[1] not in ("DeleteOptions", "WatchEvent")}
    if len(found) > 1:
        raise SystemExit(f"{package}: kinds of {sorted(found)}")
    return found.pop() if found else "-"


def write_definitions(versions, out):
    merged = {}
    for _, root in versions:
        merged.update(definitions_of(root))
    packages = {}
    for name, node in merged.items():
        packages.setdefault(name.rsplit(".", 1)[0], []).append((name, node))
    for package in sorted(packages, key=short):
        nodes = sorted(packages[package])
        print(f"={short(package)} {package} {group_version(package, nodes)}", file=out)
        for name, node in nodes:
            if name in SPECIAL:
                continue
            fields = dict(node.get("properties", {}))
            gvks = node.get("x-kubernetes-group-version-kind", [])
            is_kind = len(gvks) == 1 and {"apiVersion", "kind"} <= set(fields)
            flags = (["K"] if is_kind else []) + (["A"] if node.get("x-kubernetes-map-type") == "atomic" else [])
            if not fields:
                flags.append("X" if "type" not in node else "O")
            print(" ".join(["@" + name.rsplit(".", 1)[1]] + flags), file=out)
            for field in sorted(fields):
                if is_kind and field in ("apiVersion", "kind"):
                    continue
                required = field in node.get("required", [])
                parts = [field, type_of(fields[field], package), *properties_of(name, fields[field], required)]
                print(" ".join(parts), file=out)


def from_core(root):
    with open(os.path.join(root, "api/discovery/api__v1.json")) as file:
        resources = json.load(file)["resources"]
    for resource in resources:
        if "/" not in resource["name"]:
            inner = [r for r in resources if r["name"].startswith(resource["name"] + "/")]
            yield "", "v1", resource["kind"], resource["namespaced"], resource["name"], resource["singularName"], \
                resource, [(r["name"].split("/")[1], (r.get("group", ""), r.get("version", ""), r["kind"]), r["verbs"])
                           for r in inner]


def from_groups(root):
    with open(os.path.join(root, "api/discovery/aggregated_v2.json")) as file:
        items = json.load(file)["items"]
    for item in items:
        for version in item["versions"]:
            for r in version["resources"]:
                kinds = [(s["subresource"], tuple(s["responseKind"].get(k, "") for k in ("group", "version", "kind")),
                          s["verbs"]) for s in r.get("subresources", [])]
                yield item["metadata"]["name"], version["version"], r["responseKind"]["kind"], \
                    r["scope"] == "Namespaced", r["resource"], r["singularResource"], r, kinds


def subresource(own, name, kind, verbs):
    text = name
    if kind[2] != own:
        text += "=" + "/".join(kind)
    if sorted(verbs) != ["get", "patch", "update"]:
        text += ":" + "+".join(sorted(verbs))
    return text


def write_kinds(versions, out):
    rows, order = {}, []
    for version, root in reversed(versions):
        for group, ver, kind, namespaced, plural, singular, more, inner in [*from_core(root), *from_groups(root)]:
            key = (group, ver, kind)
            if key in rows:
                rows[key][1].append(version)
                continue
            verbs = sorted(more["verbs"])
            columns = [group or "-", ver, kind, "N" if namespaced else "C", plural,
                       "-" if singular == kind.lower() else singular or "?",
                       ",".join(more.get("shortNames", [])) or "-", ",".join(more.get("categories", [])) or "-",
                       "*" if verbs == ALL_VERBS else ",".join(verbs),
                       ";".join(subresource(kind, *s) for s in sorted(inner)) or "-"]
            rows[key] = (columns, [version])
            order.append(key)
    groups = list(dict.fromkeys(key[0] for key in order))
    for key in sorted(order, key=lambda key: groups.index(key[0])):
        columns, found = rows[key]
        since = "*" if len(found) == len(versions) else ",".join(sorted(found))
        print(" ".join([*columns, since]), file=out)


def main():
    versions = [arg.split("=", 1) for arg in sys.argv[1:]]
    if not versions:
        raise SystemExit(__doc__)
    with open(os.path.join(HERE, "../src/schema/definitions.txt"), "w") as out:
        write_definitions(versions, out)
    with open(os.path.join(HERE, "../src/kinds/kinds.txt"), "w") as out:
        write_kinds(versions, out)


if __name__ == "__main__":
    main()
