#!/usr/bin/env python3
"""Measures `weir kustomize build` and the real kustomize in one run and writes bench/KUSTOMIZE.md.

usage: bench/kustomize.py [--weir target/release/weir] [--kustomize ~/.cache/weir-peers/bin/kustomize] [--checkout DIR] [--most 4000]
With --checkout, `cargo build --release -p weir-kustomize --example build_all` builds what does all in one process.
Needs a release build of Weir, GNU time and `testbed/peers.sh kustomize`. Not part of CI: run it on a quiet machine.
"""
import argparse, datetime, os, platform, re, statistics, subprocess, sys, tempfile, time

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(here)
ap = argparse.ArgumentParser()
ap.add_argument('--weir', default=os.path.join(root, 'target/release/weir'))
ap.add_argument('--kustomize', default=os.path.expanduser('~/.cache/weir-peers/bin/kustomize'))
ap.add_argument('--checkout', help='a repository: all directories with a kustomization are built one by one')
ap.add_argument('--build-all', default=os.path.join(root, 'target/release/examples/build_all'))
ap.add_argument('--most', type=int, default=4000, help='resources in the largest build of the real tool (4000: about two minutes)')
a = ap.parse_args()
OURS, THEIRS = [os.path.abspath(a.weir), 'kustomize', 'build'], [a.kustomize, 'build']
rows = []   # measure, weir, kustomize, ratio, aim


def row(measure, ours, theirs, aim):
    ratio = f'1/{theirs / ours:.1f}' if theirs and ours else ''
    rows.append((measure, ours, '' if theirs is None else theirs, ratio, aim))
    print(measure, ours, theirs, file=sys.stderr)


def run(command, dir, times=1):
    """CPU milliseconds, wall milliseconds (medians), peak MiB, output."""
    cpu, wall, out = [], [], b''
    for _ in range(times):
        start = time.perf_counter()
        process = subprocess.Popen([*command, dir], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        out = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        wall.append((time.perf_counter() - start) * 1000)
        assert status == 0, (command, dir)
        cpu.append((used.ru_utime + used.ru_stime) * 1000)
    return round(statistics.median(cpu), 1), round(statistics.median(wall), 1), peak([*command, dir]), out


def peak(command):
    """Peak MiB. A child begins with the peak of what it was forked from, so a small program starts it, not this one."""
    done = subprocess.run(['time', '-f', '%M', *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True)
    return round(int(done.stderr.split()[-1]) / 1024, 1)


def resources(dir, n):
    """Deployments, services, accounts and config maps that refer to each other, with 50 patches."""
    kinds = [lambda i: f'''apiVersion: apps/v1
kind: Deployment
metadata:
  name: d{i}
  labels: {{app: a{i}}}
spec:
  selector: {{matchLabels: {{app: a{i}}}}}
  template:
    metadata: {{labels: {{app: a{i}}}}}
    spec:
      serviceAccountName: s{i + 2}
      containers:
      - name: app
        image: nginx:1.25
        env:
        - name: A
          valueFrom: {{configMapKeyRef: {{name: c{i + 3}, key: a}}}}
        envFrom:
        - configMapRef: {{name: c{i + 3}}}
''', lambda i: f'apiVersion: v1\nkind: Service\nmetadata: {{name: d{i}}}\nspec:\n  selector: {{app: a{i - 1}}}\n  ports:\n  - port: 80\n',
             lambda i: f'apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: s{i}}}\n',
             lambda i: f'apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c{i}}}\ndata: {{a: "{i}"}}\n']
    os.makedirs(dir)
    with open(f'{dir}/all.yaml', 'w') as f:
        f.write('---\n'.join(kinds[i % 4](i) for i in range(n)))
    patches = ''.join(f'''- patch: |
    apiVersion: apps/v1
    kind: Deployment
    metadata: {{name: d{i * 4}}}
    spec: {{template: {{spec: {{containers: [{{name: app, image: "nginx:2"}}]}}}}}}
''' for i in range(min(50, n // 4)))
    with open(f'{dir}/kustomization.yaml', 'w') as f:
        f.write('namePrefix: p-\nresources: [all.yaml]\nlabels:\n- pairs: {team: x}\n  includeSelectors: true\n'
                f'images:\n- {{name: nginx, newTag: "9"}}\npatches:\n{patches}')
    return dir


def references(dir, n):
    """One config map with a hash that n pods refer to."""
    os.makedirs(dir)
    with open(f'{dir}/all.yaml', 'w') as f:
        f.write('---\n'.join(f'apiVersion: v1\nkind: Pod\nmetadata: {{name: p{i}}}\nspec: {{volumes: [{{name: v, configMap: {{name: c}}}}]}}\n' for i in range(n)))
    with open(f'{dir}/kustomization.yaml', 'w') as f:
        f.write('resources: [all.yaml]\nnamePrefix: x-\nconfigMapGenerator:\n- name: c\n  literals: [a=b]\n')
    return dir


def builds():
    with tempfile.TemporaryDirectory() as d:
        small = resources(f'{d}/4', 4)
        ours, theirs = run(OURS, small, 20), run(THEIRS, small, 20)
        row('trivial directory, whole process, ms', ours[1], theirs[1], '<= 5 ms')
        for n in (1000, 4000):
            dir = resources(f'{d}/{n}', n)
            ours = run(OURS, dir, 3)
            theirs = run(THEIRS, dir) if n <= a.most else None
            assert not theirs or ours[3] == theirs[3], 'other bytes'
            row(f'{n} resources, prefix, labels, images, 50 patches: wall ms', ours[1], theirs and theirs[1], '>= 50x' if n == 1000 else '<= 400 ms')
            row(f'{n} resources: peak MiB', ours[2], theirs and theirs[2], '<= 1/5')
        # In turns: what else the machine does meets both.
        once, twice = references(f'{d}/r1', 10000), references(f'{d}/r2', 20000)
        pairs = [(run(OURS, once)[0], run(OURS, twice)[0]) for _ in range(9)]
        row('10 000 name references: CPU ms', round(statistics.median(one for one, _ in pairs), 1), None, '')
        row('20 000 name references: times the CPU of 10 000', round(statistics.median(two / one for one, two in pairs), 2), None, '<= 2.2')


def checkout():
    dirs = sorted({d for d, _, files in os.walk(a.checkout) if {'kustomization.yaml', 'kustomization.yml', 'Kustomization'} & set(files)})
    # Where the real tool fails, mostly because something cannot be fetched, both wait for others.
    took, built = [0.0, 0.0], 0
    for dir in dirs:
        theirs, code = one(THEIRS, dir)
        if code == 0:
            took = [took[0] + one(OURS, dir)[0], took[1] + theirs]
            built += 1
    took = [round(time, 2) for time in took]
    row(f'{built} directories of a repository, a process each, s', took[0], took[1], '')
    with tempfile.TemporaryDirectory() as out:
        best = min(timed([a.build_all, a.checkout, out, '2']) for _ in range(3))
    row(f'{len(dirs)} directories, one process with two threads, over one `kustomize build` each, s', best, took[1], '>= 25x')


def one(command, dir):
    start = time.perf_counter()
    code = subprocess.run([*command, dir], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
    return time.perf_counter() - start, code


def timed(command):
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return round(time.perf_counter() - start, 3)


def report():
    cpu = re.search(r'model name\s*: (.*)', open('/proc/cpuinfo').read())
    lines = ['# Kustomize, measured', '', f'{datetime.date.today()}, {os.cpu_count()} cores ({cpu.group(1) if cpu else platform.processor()}), '
             f'load {os.getloadavg()[0]:.1f} at the end. kustomize v5.8.1. Written by `bench/kustomize.py`.', '',
             '| measure | Weir | kustomize | Weir / kustomize | aim |', '|---|---|---|---|---|']
    lines += [f'| {" | ".join(map(str, row))} |' for row in rows]
    open(os.path.join(here, 'KUSTOMIZE.md'), 'w').write('\n'.join(lines) + '\n')
    print('\n'.join(lines))


try:
    builds()
    if a.checkout:
        checkout()
finally:
    report()
