#!/usr/bin/env python3
"""Measures `weir helm template` and the real helm in one run and writes bench/HELM.md.

usage: bench/helm.py --charts DIR [--weir target/release/weir] [--helm HELM] [--times 5]
DIR has charts anywhere below it, as the chart exporter of the corpus writes them. Needs a release build of Weir and GNU time,
and what renders all in one process: `cargo build --release -p weir --example render_all`.
Not part of CI: run it on a quiet machine.
"""
import argparse, datetime, functools, http.server, os, platform, statistics, subprocess, sys, tempfile, threading, time

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(here)
ap = argparse.ArgumentParser()
ap.add_argument('--charts', required=True)
ap.add_argument('--weir', default=os.path.join(root, 'target/release/weir'))
ap.add_argument('--helm', default='helm')
ap.add_argument('--render-all', default=os.path.join(root, 'target/release/examples/render_all'))
ap.add_argument('--times', type=int, default=5)
a = ap.parse_args()
OURS, THEIRS = [os.path.abspath(a.weir), 'helm'], [a.helm]
rows = []   # measure, weir, helm, ratio, aim


def row(measure, ours, theirs, aim):
    ratio = f'1/{theirs / ours:.1f}' if theirs and ours else ''
    rows.append((measure, ours, '' if theirs is None else theirs, ratio, aim))
    print(measure, ours, theirs, ratio, file=sys.stderr)


def wall(command, times=None):
    """Median wall milliseconds."""
    took = []
    for _ in range(times or a.times):
        start = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        took.append((time.perf_counter() - start) * 1000)
    return round(statistics.median(took), 1)


def peak(command):
    """Peak MiB. A child begins with the peak of what it was forked from, so a small program starts it, not this one."""
    done = subprocess.run(['time', '-f', '%M', *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    return round(int(done.stderr.split()[-1]) / 1024, 1)


def renders():
    """Each chart with its default values and with each file of ci/, as arguments of `template`."""
    for directory, below, files in os.walk(a.charts):
        if 'Chart.yaml' not in files:
            below.sort()
            continue
        below.clear()
        yield ['template', 'x', directory]
        ci = os.path.join(directory, 'ci')
        if os.path.isdir(ci):
            for file in sorted(os.listdir(ci)):
                if file.endswith(('values.yaml', 'values.yml')):
                    yield ['template', 'x', directory, '-f', os.path.join(ci, file)]


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w') as file:
        file.write(text)


def small(dir):
    subprocess.run([*OURS, 'create', dir], check=True, stdout=subprocess.DEVNULL)


def calls(dir, count, templates=300):
    """A chart that calls `tpl` so often, spread over its templates."""
    write(f'{dir}/Chart.yaml', 'apiVersion: v2\nname: calls\nversion: 1.0.0\n')
    write(f'{dir}/values.yaml', 'name: web\ntext: "{{ .Values.name }}-{{ .Release.Name | upper }}"\n')
    each = max(1, count // templates)
    for n in range(templates):
        lines = ''.join(f'  k{i}: {{{{ tpl .Values.text $ }}}}\n' for i in range(each))
        write(f'{dir}/templates/c{n}.yaml', f'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c{n}\ndata:\n{lines}')


def umbrella(dir, count):
    """A chart with so many copies of a small one in it."""
    needs = ''.join(f'- {{name: part, version: 0.1.0, alias: part{n}}}\n' for n in range(count))
    write(f'{dir}/Chart.yaml', f'apiVersion: v2\nname: umbrella\nversion: 1.0.0\ndependencies:\n{needs}')
    small(f'{dir}/charts/part')


def index(directory, size=20 << 20):
    """The index of a repository, as large as that."""
    charts, n, total = [], 0, 0
    while total < size:
        text = f'  chart{n:04}:\n' + ''.join(
            f'  - apiVersion: v2\n    appVersion: 1.{v}.0\n    created: "2026-01-01T00:00:00Z"\n    description: A chart that does something for somebody in some place\n'
            f'    digest: {n * 1000 + v:064x}\n    home: https://example.org/chart{n}\n    keywords: [one, two, three]\n    maintainers:\n    - email: who@example.org\n'
            f'      name: who\n    name: chart{n:04}\n    urls:\n    - https://example.org/chart{n:04}-1.{v}.0.tgz\n    version: 1.{v}.0\n' for v in range(100))
        charts.append(text)
        n, total = n + 1, total + len(text)
    write(f'{directory}/index.yaml', 'apiVersion: v1\nentries:\n' + ''.join(charts) + 'generated: "2026-01-01T00:00:00Z"\n')


def served(directory):
    """Serves a directory on loopback, and says where."""
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), functools.partial(Quiet, directory=directory))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f'http://127.0.0.1:{server.server_port}'


with tempfile.TemporaryDirectory() as tmp:
    small(f'{tmp}/small')
    command = ['template', 'x', f'{tmp}/small']
    row('small chart, whole process, ms', wall(OURS + command, 21), wall(THEIRS + command, 21), '>= 12x')

    all_renders = list(renders())
    ours = sum(wall(OURS + command, 3) for command in all_renders)
    theirs = sum(wall(THEIRS + command, 1) for command in all_renders)
    row(f'{len(all_renders)} renders of charts, one process each, total s', round(ours / 1000, 2), round(theirs / 1000, 2), '>= 15x')
    if os.path.exists(a.render_all):
        ours = wall([a.render_all, a.charts, '2'], 3)
        row('the same in one process with two threads, s', round(ours / 1000, 2), round(theirs / 1000, 2), '>= 60x')

    calls(f'{tmp}/calls', 2000)
    calls(f'{tmp}/more', 4000)
    command, more = (['template', 'x', f'{tmp}/{name}'] for name in ('calls', 'more'))
    once = wall(OURS + command)
    row('2000 calls of tpl in 300 templates, ms', once, wall(THEIRS + command), '>= 50x')
    row('twice the calls: times the time', round(wall(OURS + more) / once, 2), None, '<= 2.2')

    umbrella(f'{tmp}/hundred', 100)
    command = ['template', 'x', f'{tmp}/hundred']
    row('100 dependencies, ms', wall(OURS + command), wall(THEIRS + command, 1), '>= 50x')

    stack = next((c for c in all_renders if c[2].endswith('/kube-prometheus-stack')), None)
    if stack:
        row('kube-prometheus-stack, ms', wall(OURS + stack), wall(THEIRS + stack), '')
        row('kube-prometheus-stack: peak MiB', peak(OURS + stack), peak(THEIRS + stack), '<= 1/4')

    index(f'{tmp}/repository')
    command = ['repo', 'add', 'bench', served(f'{tmp}/repository'), '--force-update']
    for home in ('CACHE', 'CONFIG', 'DATA'):
        os.environ[f'HELM_{home}_HOME'] = f'{tmp}/home'
    row('repo add with an index of 20 MiB, ms', wall(OURS + command, 3), wall(THEIRS + command, 1), '')
    row('repo add with an index of 20 MiB: peak MiB', peak(OURS + command), peak(THEIRS + command), '<= 60')

version = subprocess.run([a.helm, 'version', '--short'], capture_output=True, text=True).stdout.strip()
cpu = next((line.split(':')[1].strip() for line in open('/proc/cpuinfo') if line.startswith('model name')), platform.machine())
text = f'''# Helm, measured

{datetime.date.today()}, {os.cpu_count()} cores ({cpu}), load {os.getloadavg()[0]:.1f} at the end. helm {version}. Written by `bench/helm.py`.

| measure | Weir | helm | Weir / helm | aim |
|---|---|---|---|---|
'''
text += ''.join('| ' + ' | '.join(str(cell) for cell in cells) + ' |\n' for cells in rows)
with open(os.path.join(here, 'HELM.md'), 'w') as file:
    file.write(text)
print(text)
