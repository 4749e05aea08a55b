#!/usr/bin/env python3
"""Writes random objects and strategic merge patches for record.go: generate.py COUNT [SEED]."""
import json
import random
import sys

NAMES = ["a", "b", "c", "d", "e"]


def some(rng, make, most=4):
    return [make(rng, name) for name in rng.sample(NAMES, rng.randint(0, most))]


def env(rng, name):
    return {"name": name, **({"value": rng.choice(NAMES)} if rng.random() < 0.7 else {})}


def port(rng, name):
    return {"containerPort": 80 + NAMES.index(name), **({"protocol": rng.choice(["TCP", "UDP"])} if rng.random() < 0.5 else {})}


def container(rng, name):
    out = {"name": name}
    for key, make in (("env", env), ("ports", port)):
        if rng.random() < 0.5:
            out[key] = some(rng, make)
    if rng.random() < 0.4:
        out["args"] = rng.sample(NAMES, rng.randint(0, 3))
    if rng.random() < 0.5:
        out["image"] = rng.choice(NAMES)
    return out


def volume(rng, name):
    return {"name": name, rng.choice(["emptyDir", "configMap"]): {}}


def pod_spec(rng):
    out = {"containers": some(rng, container)}
    if rng.random() < 0.4:
        out["volumes"] = some(rng, volume)
    if rng.random() < 0.3:
        out["nodeSelector"] = {name: "x" for name in rng.sample(NAMES, 2)}
    if rng.random() < 0.3:
        out["tolerations"] = [{"key": name} for name in rng.sample(NAMES, 2)]
    return out


def metadata(rng):
    out = {"name": "x"}
    if rng.random() < 0.6:
        out["labels"] = {name: rng.choice(NAMES) for name in rng.sample(NAMES, 2)}
    if rng.random() < 0.5:
        out["finalizers"] = rng.sample(NAMES, rng.randint(0, 4))
    return out


def make(rng, kind):
    if kind == "Pod":
        return {"metadata": metadata(rng), "spec": pod_spec(rng)}
    if kind == "Service":
        ports = [{"port": 80 + at, "name": name} for at, name in enumerate(rng.sample(NAMES, rng.randint(0, 4)))]
        return {"metadata": metadata(rng), "spec": {"ports": ports, "selector": {"a": rng.choice(NAMES)}}}
    spec = {"template": {"spec": pod_spec(rng)}, "replicas": rng.randint(0, 4)}
    if rng.random() < 0.4:
        spec["strategy"] = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}
    return {"metadata": metadata(rng), "spec": spec}


def spoil(rng, value):
    """Puts directives and nulls into a patch."""
    if isinstance(value, list):
        out = [spoil(rng, item) if isinstance(item, dict) else item for item in value]
        if out and isinstance(out[0], dict) and rng.random() < 0.08:
            out.append({"$patch": rng.choice(["replace", "replace", "delete", "merge", "odd"])})
        return out
    if not isinstance(value, dict):
        return None if rng.random() < 0.04 else value
    out = {}
    for key, inner in value.items():
        if key in ("name", "containerPort", "port") and rng.random() < 0.97:
            out[key] = inner
            continue
        out[key] = None if rng.random() < 0.05 else spoil(rng, inner)
        if isinstance(inner, list) and inner and rng.random() < 0.25:
            names = [{k: v for k, v in item.items() if k in ("name", "containerPort", "port")} if isinstance(item, dict)
                     else item for item in inner]
            if rng.random() < 0.3:
                rng.shuffle(names)
            if rng.random() < 0.5:
                extra = rng.choice(NAMES)
                if not isinstance(names[0], dict):
                    names.insert(rng.randint(0, len(names)), extra)
                elif "name" in names[0]:
                    names.insert(rng.randint(0, len(names)), {"name": extra})
            out["$setElementOrder/" + key] = names
        if key == "finalizers" and rng.random() < 0.4:
            # What is both deleted and added comes out at random.
            out["$deleteFromPrimitiveList/finalizers"] = [name for name in NAMES if name not in inner][:2]
    if rng.random() < 0.05:
        out["$patch"] = rng.choice(["delete", "delete", "replace"])
    if rng.random() < 0.05:
        out["$retainKeys"] = [key for key in out if not key.startswith("$")][: rng.choice([9, 9, 1])]
    return out


def main():
    rng = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    for _ in range(int(sys.argv[1])):
        kind = rng.choice(["Deployment", "Pod", "Pod", "Service"])
        row = {"kind": kind, "object": make(rng, kind), "patch": spoil(rng, make(rng, kind))}
        print(json.dumps(row, separators=(",", ":")))


main()
