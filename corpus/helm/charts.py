#!/usr/bin/env python3
"""Renders charts with weir and with the real helm, in all their values, and compares.

usage: corpus/helm/charts.py CHARTS [--helm HELM] [--weir WEIR] [--values DIR] [--only TEXT] [--jobs N] [--show N]

CHARTS is a directory with charts anywhere below it. Each is rendered with its default values, with each file of its
directory ci/, and with each file of DIR/<path of the chart>/. Where helm answers differently in two runs (certificates,
passwords, times), the lines that differ are left out. Where helm fails, weir has to fail with the same words. What helm
answered is kept in ~/.cache/weir-charts-oracle.
"""
import argparse
import concurrent.futures
import hashlib
import os
import pickle
import subprocess
import sys
import time

KUBE = "1.34.0"
CACHE = os.path.expanduser("~/.cache/weir-charts-oracle")


def charts_below(root):
    for directory, below, files in os.walk(root):
        if "Chart.yaml" in files:
            yield directory
            below.clear()
        below.sort()


def values_of(chart, name, more):
    yield None
    for directory in [os.path.join(chart, "ci")] + ([os.path.join(more, name)] if more else []):
        if os.path.isdir(directory):
            for file in sorted(os.listdir(directory)):
                if file.endswith(("values.yaml", "values.yml")) or directory != os.path.join(chart, "ci"):
                    yield os.path.join(directory, file)


def run(program, chart, values, extra):
    command = program + ["template", "release-name", chart, "--namespace", "test-ns", "--kube-version", KUBE]
    if values:
        command += ["-f", values]
    environment = {"HOME": "/nonexistent", "PATH": "/usr/bin:/bin", "KUBECONFIG": "/dev/null",
                   "HELM_CACHE_HOME": "/tmp/helm-cache", "HELM_CONFIG_HOME": "/tmp/helm-config",
                   "HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
    done = subprocess.run(command + extra, capture_output=True, timeout=300, env=environment)
    return done.returncode, done.stdout, done.stderr


def fingerprint(chart, values):
    digest = hashlib.sha256()
    for directory, below, files in os.walk(chart):
        below.sort()
        for file in sorted(files):
            path = os.path.join(directory, file)
            digest.update(path.encode() + b"\0")
            if os.path.isfile(path):
                digest.update(open(path, "rb").read())
    if values:
        digest.update(open(values, "rb").read())
    return digest.hexdigest()


def oracle(helm, chart, values, extra):
    key = hashlib.sha256((fingerprint(chart, values) + repr((os.path.getsize(helm), KUBE, extra))).encode()).hexdigest()
    path = os.path.join(CACHE, key)
    if os.path.exists(path):
        return pickle.load(open(path, "rb"))
    first = run([helm], chart, values, extra)
    if str(int(time.time()))[:6].encode() in first[1]:
        # Seconds have to differ as well.
        time.sleep(1.1)
    answers = [first, run([helm], chart, values, extra)]
    os.makedirs(CACHE, exist_ok=True)
    pickle.dump(answers, open(path + ".part", "wb"))
    os.rename(path + ".part", path)
    return answers


def words(stderr):
    """What helm says went wrong, without what it tells besides."""
    lines = [line for line in stderr.decode("utf-8", "replace").splitlines() if not line.startswith("level=")]
    return "\n".join(lines).strip()


def first_difference(theirs, ours):
    theirs, ours = theirs.split(b"\n"), ours.split(b"\n")
    for at in range(max(len(theirs), len(ours))):
        one = theirs[at] if at < len(theirs) else b"<end>"
        two = ours[at] if at < len(ours) else b"<end>"
        if one != two:
            return f"line {at + 1}\n      helm: {one[:300]!r}\n      weir: {two[:300]!r}"
    return "the same"


def masked(first, second, ours):
    """The three texts without the lines that differ between the two runs of helm."""
    first, second, ours = (text.split(b"\n") for text in (first, second, ours))
    if len(first) != len(second):
        # Lists of random length: what stands in both runs has to stand in ours.
        steady = set(first) & set(second)
        return b"\n".join(line for line in first if line in steady), b"\n".join(line for line in ours if line in steady)
    keep = [at for at in range(len(first)) if first[at] == second[at]]
    pick = lambda lines: b"\n".join(lines[at] if at < len(lines) else b"<end>" for at in keep)
    return pick(first), pick(ours + [b"<more>"] * max(0, len(first) - len(ours)))


def in_another_run(helm, chart, values, extra, ours):
    """True if helm, where it walks maps at random, answers the same in one of some more runs."""
    return any(run([helm], chart, values, extra)[1] == ours for _ in range(12))


def compare(helm, weir, chart, values):
    extra = []
    (code, out, err), (_, again, _) = oracle(helm, chart, values, extra)
    if code != 0 and (b"HTTP request failed for" in err or b'failing loading "http' in err):
        extra = ["--skip-schema-validation"]
        (code, out, err), (_, again, _) = oracle(helm, chart, values, extra)
    our_code, our_out, our_err = run(weir, chart, values, extra)
    if code != 0:
        if our_code == 0:
            return "error", f"helm fails: {words(err)[:600]}"
        if words(our_err).startswith(words(err)):
            return "same error", ""
        return "error text", f"\n      helm: {words(err)[:900]}\n      weir: {words(our_err)[:900]}"
    if our_code != 0:
        return "fails", words(our_err)[:900]
    if out == our_out:
        return "same", ""
    if out != again:
        theirs, ours = masked(out, again, our_out)
        if theirs == ours or in_another_run(helm, chart, values, extra, our_out):
            return "same", ""
        return "differs", "(masked) " + first_difference(theirs, ours)
    if in_another_run(helm, chart, values, extra, our_out):
        return "same", ""
    return "differs", first_difference(out, our_out)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("charts")
    parser.add_argument("--helm", default=os.environ.get("HELM", os.path.expanduser("~/.cache/weir-oracles/helm")))
    parser.add_argument("--weir", default=os.environ.get("WEIR", "target/debug/weir"))
    parser.add_argument("--values")
    parser.add_argument("--only", default="")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--show", type=int, default=20)
    args = parser.parse_args()
    charts = [(chart, os.path.relpath(chart, args.charts)) for chart in charts_below(args.charts)]
    tasks = [(chart, name, values) for chart, name in charts if args.only in name
             for values in values_of(chart, name, args.values)]

    def one(task):
        chart, name, values = task
        try:
            return task, compare(args.helm, [args.weir, "helm"], chart, values)
        except Exception as error:
            return task, ("broken", repr(error))

    counts, shown = {}, 0
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for (chart, name, values), (verdict, detail) in pool.map(one, tasks):
            counts[verdict] = counts.get(verdict, 0) + 1
            if detail and shown < args.show:
                shown += 1
                print(f"{verdict}: {name} {os.path.basename(values) if values else ''}: {detail}", flush=True)
    good = counts.get("same", 0) + counts.get("same error", 0)
    print(f"{good} of {len(tasks)} renders of {len(charts)} charts agree: {counts}")
    sys.exit(0 if good == len(tasks) else 1)


if __name__ == "__main__":
    main()
