#!/usr/bin/env python3
"""Measures Weir and the real Flux controllers in one run, prints a table of ratios and writes bench/RESULTS.md.

usage: bench/run.py [--units 100] [--no-peer] [--peer-chain] [--weir target/release/weir]
Needs a release build of Weir, Go for the control plane (testbed/), and testbed/peers.sh flux source-controller
kustomize-controller crds for the peers. Not part of CI: run it on a quiet machine.
"""
import argparse, datetime, json, os, platform, re, shlex, statistics, subprocess, sys, tempfile, time, urllib.request, ssl

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(here)
ap = argparse.ArgumentParser()
ap.add_argument('--units', type=int, default=100)
ap.add_argument('--no-peer', action='store_true')
ap.add_argument('--peer-chain', action='store_true', help='the chain with the peer too: about five minutes')
ap.add_argument('--weir', default=os.path.join(root, 'target/release/weir'))
ap.add_argument('--base', type=int, default=19443)
a = ap.parse_args()
weir = os.path.abspath(a.weir)
peers = os.environ.get('PEERS', os.path.expanduser('~/.cache/weir-peers'))
rows = []   # measure, weir, peer, aim


def row(measure, ours, peer=None, aim=''):
    rows.append((measure, ours, peer, aim))
    print(f'{measure}: {ours} | {peer}', file=sys.stderr)


def quickest(command, times=20):
    took = []
    for _ in range(times):
        t = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        took.append(time.perf_counter() - t)
    return statistics.median(took) * 1000


def usage(pid):
    status = open(f'/proc/{pid}/status').read()
    fields = open(f'/proc/{pid}/stat').read().rsplit(')', 1)[1].split()
    rss = int(re.search(r'VmRSS:\s+(\d+)', status).group(1)) / 1024
    return rss, (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def starts():
    flux = os.path.join(peers, 'bin/flux')
    peer = None if a.no_peer or not os.path.exists(flux) else quickest([flux, 'version', '--client'])
    row('version, ms', round(quickest([weir, 'version', '--client']), 1), peer and round(peer, 1), '<= 8 ms')
    row('binary, MB', round(os.path.getsize(weir) / 1e6, 1), None, '<= 40 MB')


def example():
    path = os.path.join(root, 'examples/rpi-cluster')
    took = quickest([weir, 'up', '--sandbox', '--once', path], times=3)
    row('examples/rpi-cluster, start to all ready and ended, s', round(took / 1000, 2), None, '<= 2 s')
    with tempfile.TemporaryDirectory() as d:
        config = os.path.join(d, 'kubeconfig')
        t = time.perf_counter()
        p = subprocess.Popen([weir, 'up', '--sandbox', '--write-kubeconfig', config, path], stderr=subprocess.DEVNULL)
        try:
            while not os.path.exists(config):
                time.sleep(.002)
            text = open(config).read()
            server = re.search(r'server: *"?([^"\s]+)', text).group(1)
            token = re.search(r'token: *"?([^"\s]+)', text).group(1)
            ask = urllib.request.Request(server + '/version', headers={'Authorization': 'Bearer ' + token})
            urllib.request.urlopen(ask, context=ssl._create_unverified_context()).read()
            row('sandbox: API answers after start, ms', round((time.perf_counter() - t) * 1000, 1), None, '<= 300 ms')
            time.sleep(5)
            _, before = usage(p.pid)
            time.sleep(15)
            rss, after = usage(p.pid)
            row('example idle in the sandbox: RSS MiB', round(rss, 1), None, '<= 40 MiB with 65 units')
            row('example idle in the sandbox: % of a core', round((after - before) / 15 * 100, 2), None, '<= 0.5 %')
        finally:
            p.kill()
            p.wait()


def units(n, commands, *flags):
    crds = [x for name in ('source-controller', 'kustomize-controller') for x in ('--crds', f'{peers}/crds/{name}.yaml')]
    command = [sys.executable, os.path.join(root, 'testbed/bench-units.py'), '--n', str(n), '--wait', '--base', str(a.base), *flags, *crds, '--', *commands]
    out = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    told = json.loads(out.strip().splitlines()[-1])
    told['mib'] = sum(p['peak_mib'] for p in told['processes'].values())
    told['cpu'] = sum(p['cpu_s'] for p in told['processes'].values())
    return told


OURS = [f'{shlex.quote(weir)} controller --storage-path=$STORE --storage-addr=127.0.0.1:9890 --storage-adv-addr=127.0.0.1:9890 '
        '--metrics-addr=127.0.0.1:9891 --health-addr=127.0.0.1:9892 --log-level=error --no-leader-election']
THEIRS = [f'{peers}/bin/source-controller --storage-path=$STORE --storage-addr=127.0.0.1:9790 --storage-adv-addr=127.0.0.1:9790 '
          '--metrics-addr=127.0.0.1:9791 --health-addr=127.0.0.1:9792 --log-level=error --events-addr=',
          f'{peers}/bin/kustomize-controller --concurrent=20 --metrics-addr=127.0.0.1:9793 --health-addr=127.0.0.1:9794 '
          '--log-level=error --events-addr= --requeue-dependency=5s']


def roll_outs():
    n = a.units
    ours = units(n, OURS)
    theirs = None if a.no_peer else units(n, THEIRS)
    for key, words, aim in (('created_s', 'of which creating the units, s', 'the floor'), ('all_ready_s', 'created to Ready, s', '<= 1/8'), ('push_to_ready_s', 'pushed to Ready, s', '<= 1/8'),
                            ('mib', 'peak MiB', '<= 1/5'), ('cpu', 'CPU s', '<= 1/10')):
        row(f'{n} units with wait, real API server: {words}', ours[key], theirs and theirs[key], aim)
    ours = units(10, OURS, '--chain')
    theirs = units(10, THEIRS, '--chain') if a.peer_chain and not a.no_peer else None
    row('chain of 10 with wait, real API server: created to Ready, s', ours['all_ready_s'], theirs and theirs['all_ready_s'], '<= 2 s')
    row('chain of 10 with wait, real API server: pushed to Ready, s', ours['push_to_ready_s'], theirs and theirs['push_to_ready_s'], '<= 2 s')


def report():
    cpu = re.search(r'model name\s*: (.*)', open('/proc/cpuinfo').read())
    versions = [subprocess.run([weir, 'version', '--client'], capture_output=True, text=True).stdout.strip().replace('\n', ', ')]
    lines = ['# Measured', '', f'{datetime.date.today()}, {os.cpu_count()} cores ({cpu.group(1) if cpu else platform.processor()}), '
             f'{os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**30} GiB, load {os.getloadavg()[0]:.1f} at the end. '
             f'{"; ".join(versions)}. Flux: source-controller and kustomize-controller 1.9.5. Control plane of `testbed/`, '
             'Git over http on loopback. Written by `bench/run.py`.', '',
             '| measure | Weir | Flux | Weir / Flux | aim |', '|---|---|---|---|---|']
    for measure, ours, peer, aim in rows:
        ratio = f'1/{peer / ours:.1f}' if peer and ours else ''
        lines.append(f'| {measure} | {ours} | {"" if peer is None else peer} | {ratio} | {aim} |')
    text = '\n'.join(lines) + '\n'
    open(os.path.join(here, 'RESULTS.md'), 'w').write(text)
    print(text)


try:
    starts()
    example()
    roll_outs()
finally:
    report()
