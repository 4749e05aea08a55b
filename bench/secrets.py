#!/usr/bin/env python3
"""Measures `weir secrets` beside the real sops in one run, prints a table of ratios and writes bench/SECRETS.md.

usage: bench/secrets.py [--weir target/release/weir] [--sops ~/.cache/weir-peers/bin/sops] [--files 500] [--times 20]
Needs a release build of Weir and testbed/peers.sh sops. Not part of CI: run it on a quiet machine.
"""
import argparse, datetime, os, re, shutil, subprocess, sys, tempfile, time

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(here)
ap = argparse.ArgumentParser()
ap.add_argument('--weir', default=os.path.join(root, 'target/release/weir'))
ap.add_argument('--sops', default=os.path.expanduser('~/.cache/weir-peers/bin/sops'))
ap.add_argument('--files', type=int, default=500)
ap.add_argument('--times', type=int, default=20)
a = ap.parse_args()
weir, sops = os.path.abspath(a.weir), os.path.abspath(a.sops)
work = tempfile.mkdtemp(prefix='bench-secrets-')
env = dict(os.environ, HOME=work, XDG_CONFIG_HOME=work)
env.pop('SOPS_AGE_KEY', None)
rows = []


def run(command, cwd, codes=(0,)):
    t = time.perf_counter()
    done = subprocess.run(command, cwd=cwd, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    took = (time.perf_counter() - t) * 1000
    if done.returncode not in codes:
        sys.exit(f'{command}: {done.stderr.decode()}')
    return took


def quickest(command, cwd, times=a.times, codes=(0,)):
    return min(run(command, cwd, codes) for _ in range(times))


def row(measure, ours, peer, aim):
    rows.append((measure, round(ours, 1), peer and round(peer, 1), aim))
    print(f'{measure}: {ours:.1f} | {peer and round(peer, 1)}', file=sys.stderr)


def secret(n):
    data = ''.join(f'  key{i:02}: value {n} {i} {"x" * (i * 7 % 40)}\n' for i in range(20))
    return f'apiVersion: v1\nkind: Secret\nmetadata:\n  name: s{n:04}\n  namespace: apps\nstringData:\n{data}'


try:
    files = os.path.join(work, 'files')
    os.makedirs(files)
    subprocess.run([weir, 'secrets', 'init', files], env=env, check=True, stderr=subprocess.DEVNULL)
    for n in range(a.files):
        open(f'{files}/s{n:04}.sops.yaml', 'w').write(secret(n))
    subprocess.run([weir, 'secrets', 'encrypt', '-i', '.'], cwd=files, env=env, check=True, stderr=subprocess.DEVNULL)
    row('decrypt one file, whole process, ms', quickest([weir, 'secrets', 'decrypt', 's0000.sops.yaml'], files),
        quickest([sops, 'decrypt', 's0000.sops.yaml'], files), '>= 8x')
    t = time.perf_counter()
    for n in range(a.files):
        run([sops, 'decrypt', f's{n:04}.sops.yaml'], files)
    theirs = (time.perf_counter() - t) * 1000
    row(f'decrypt {a.files} files of 20 values, ms', quickest([weir, 'secrets', 'decrypt', '.'], files, 5), theirs, '>= 50x')
    repository = os.path.join(work, 'repository')
    shutil.copytree(files, f'{repository}/secrets')
    for n in range(2000 - a.files):
        os.makedirs(f'{repository}/apps/{n % 100:03}', exist_ok=True)
        open(f'{repository}/apps/{n % 100:03}/{n:04}.yaml', 'w').write(
            f'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: a{n}, namespace: flux-system}}\nspec:\n  path: ./apps/{n % 100:03}\n'
            if n % 20 == 0 else f'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c{n}\ndata:\n' + ''.join(f'  k{i}: "{i}"\n' for i in range(60)))
    row('doctor over 2000 files, ms', quickest([weir, 'secrets', 'doctor', '.'], repository, 5, (0, 1)), None, '<= 300 ms')
finally:
    shutil.rmtree(work, ignore_errors=True)

cpu = re.search(r'model name\s*: (.*)', open('/proc/cpuinfo').read())
version = subprocess.run([sops, '--version', '--disable-version-check'], capture_output=True, text=True).stdout.split('\n')[0]
lines = ['# Secrets, measured', '', f'{datetime.date.today()}, {os.cpu_count()} cores ({cpu.group(1) if cpu else "?"}), load {os.getloadavg()[0]:.1f} '
         f'at the end. {version}. Written by `bench/secrets.py`.', '', '| measure | Weir | sops | Weir / sops | aim |', '|---|---|---|---|---|']
for measure, ours, peer, aim in rows:
    lines.append(f'| {measure} | {ours} | {peer or ""} | {f"1/{peer / ours:.1f}" if peer else ""} | {aim} |')
text = '\n'.join(lines) + '\n'
open(os.path.join(here, 'SECRETS.md'), 'w').write(text)
print(text)
