//! Services: addresses, and the pods behind them.

use std::net::Ipv4Addr;
use std::sync::Arc;

use weir_yaml::{Map, Value};

use super::actor::{Actor, controlled_by};
use super::condition;
use crate::kinds::Kind;
use crate::problem::{Cause, Problem};
use crate::rest::State;
use crate::store::{Object, TableName};

/// The first address of services.
const FIRST: u32 = u32::from_be_bytes([10, 96, 0, 0]);
/// How many addresses there are.
const SIZE: u32 = 1 << 16;
/// The first port on nodes.
const FIRST_PORT: u64 = 30_000;
/// How many ports there are.
const PORTS: u64 = 2768;

/// Gives a service its addresses and ports.
pub(crate) fn allocate_addresses(
    state: &mut State,
    value: &mut Value,
    old: Option<&Value>,
    dry_run: bool,
) -> Result<(), Problem> {
    let kind = value.str_at(&["spec", "type"]).unwrap_or("ClusterIP").to_owned();
    if kind == "ExternalName" {
        for field in ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"] {
            value.remove_at(&["spec", field]);
        }
        return Ok(());
    }
    let before = |field: &str| old.and_then(|old| old.at(&["spec", field])).cloned();
    for field in ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "healthCheckNodePort"] {
        if value.at(&["spec", field]).is_none()
            && let Some(kept) = before(field)
        {
            value.set_at(&["spec", field], kept);
        }
    }
    let address = value.str_at(&["spec", "clusterIP"]).unwrap_or("").to_owned();
    let address = if address.is_empty() { free_address(state, dry_run)? } else { address };
    if let Ok(number) = address.parse::<Ipv4Addr>().map(u32::from)
        && !dry_run
    {
        state.taken_addresses.insert(number);
    }
    value.set_at(&["spec", "clusterIP"], address.as_str());
    value.set_at(&["spec", "clusterIPs"], Value::from(vec![Value::from(address)]));
    if value.at(&["spec", "ipFamilies"]).is_none() {
        value.set_at(&["spec", "ipFamilies"], Value::from(vec![Value::from("IPv4")]));
    }
    if value.at(&["spec", "ipFamilyPolicy"]).is_none() {
        value.set_at(&["spec", "ipFamilyPolicy"], "SingleStack");
    }
    node_ports(state, value, old, kind == "NodePort" || kind == "LoadBalancer");
    Ok(())
}

fn free_address(state: &mut State, dry_run: bool) -> Result<String, Problem> {
    // The lower addresses are left to those who ask for one by name, as the real server does.
    for _ in 0..SIZE {
        let random = u32::try_from(state.random() % u64::from(SIZE - 256)).unwrap_or(0);
        let number = FIRST + 255 + random;
        if !state.taken_addresses.contains(&number) {
            if !dry_run {
                state.taken_addresses.insert(number);
            }
            return Ok(Ipv4Addr::from(number).to_string());
        }
    }
    Err(Problem::internal("failed to allocate IP: range is full"))
}

fn node_ports(state: &mut State, value: &mut Value, old: Option<&Value>, wanted: bool) {
    let ports = |value: &Value| value.at(&["spec", "ports"]).and_then(Value::as_list).map(<[Value]>::to_vec);
    let Some(mut list) = ports(value) else { return };
    let before = old.and_then(ports).unwrap_or_default();
    for port in &mut list {
        let has = port.get("nodePort").and_then(Value::as_i64).is_some_and(|n| n != 0);
        if !wanted {
            port.remove_at(&["nodePort"]);
        } else if !has {
            let same = |one: &&Value| {
                one.get("port") == port.get("port") && one.get("protocol") == port.get("protocol")
            };
            let kept = before.iter().find(same).and_then(|one| one.get("nodePort")).cloned();
            let number = kept.unwrap_or_else(|| Value::from(FIRST_PORT + state.random() % PORTS));
            port.set_at(&["nodePort"], number);
        }
    }
    value.set_at(&["spec", "ports"], list);
}

/// Takes the addresses of a service back.
pub(crate) fn release_addresses(state: &mut State, value: &Value) {
    if let Some(Ok(address)) = value.str_at(&["spec", "clusterIP"]).map(str::parse::<Ipv4Addr>) {
        state.taken_addresses.remove(&u32::from(address));
    }
}

/// An address that is taken is refused.
pub(crate) fn check_address(state: &State, value: &Value) -> Option<Cause> {
    let text = value.str_at(&["spec", "clusterIP"])?;
    let taken = state.taken_addresses.contains(&u32::from(text.parse::<Ipv4Addr>().ok()?));
    let value = Value::from(vec![Value::from(text)]);
    taken.then(|| {
        let why = format!("failed to allocate IP {text}: provided IP is already allocated");
        Cause::invalid("spec.clusterIPs", &value, why)
    })
}

/// Asks for a look at the services that this pod is behind.
pub(super) fn wake(state: &mut State, pod: &Object) {
    let table: TableName = ("".into(), "services".into());
    let labels = pod.value.at(&["metadata", "labels"]).and_then(Value::as_map);
    let keys: Vec<_> = labels
        .into_iter()
        .flatten()
        .flat_map(|(key, value)| {
            state.store.services_with(pod.meta("namespace"), key, value.as_str().unwrap_or(""))
        })
        .collect();
    for key in keys {
        state.wake(table.clone(), key);
    }
}

fn selects(selector: &Map, pod: &Object) -> bool {
    let labels = pod.value.at(&["metadata", "labels"]);
    selector.iter().all(|(key, value)| labels.and_then(|labels| labels.get(key)) == Some(value))
}

/// Looks at a service.
pub(super) fn look(actor: &mut Actor<'_>, kind: &Arc<Kind>, object: &Arc<Object>) {
    if object.value.str_at(&["spec", "type"]) == Some("LoadBalancer") {
        let number =
            object.uid().bytes().fold(0_u32, |all, byte| all.wrapping_mul(31).wrapping_add(u32::from(byte)));
        let address = format!("172.18.{}.{}", number / 254 % 250, number % 254 + 1);
        let ingress = Value::from([("ip", address.as_str()), ("ipMode", "VIP")]);
        let mut value = object.value.clone();
        if value.at(&["status", "loadBalancer", "ingress"]).is_none() {
            value.set_at(&["status", "loadBalancer", "ingress"], Value::from(vec![ingress]));
            actor.replace_status(kind, object, value);
        }
    }
    let selector =
        object.value.at(&["spec", "selector"]).and_then(Value::as_map).cloned().unwrap_or_default();
    if selector.is_empty() {
        return;
    }
    let (Some(slice_kind), Some(endpoints_kind), Some(pod_kind)) =
        (actor.kind("discovery.k8s.io", "EndpointSlice"), actor.kind("", "Endpoints"), actor.kind("", "Pod"))
    else {
        return;
    };
    let pods = matching(actor, &pod_kind, object.meta("namespace"), &selector);
    put(actor, &slice_kind, object, slice(kind, object, &pods), &format!("{}-", object.meta("name")));
    put(actor, &endpoints_kind, object, endpoints(object, &pods), "");
}

fn matching(actor: &Actor<'_>, kind: &Kind, namespace: &str, selector: &Map) -> Vec<Arc<Object>> {
    let fits = |pod: &Object| {
        selects(selector, pod)
            && pod.value.at(&["status", "podIP"]).is_some()
            && pod.value.str_at(&["status", "phase"]) == Some("Running")
    };
    let Some((key, value)) = selector.iter().next() else { return Vec::new() };
    let keys = actor.state.store.pods_with(namespace, key, value.as_str().unwrap_or(""));
    let found = keys.iter().filter_map(|key| actor.state.store.get(&crate::rest::table_of(kind), key));
    found.filter(|pod| fits(pod)).cloned().collect()
}

/// Writes the object that lists the pods of a service.
fn put(actor: &mut Actor<'_>, kind: &Arc<Kind>, service: &Object, wish: Value, prefix: &str) {
    let (namespace, name) = (service.meta("namespace"), service.meta("name"));
    let old = if prefix.is_empty() {
        actor.get(kind, namespace, name)
    } else {
        actor.owned(service, kind).into_iter().next()
    };
    match old {
        None => {
            let mut wish = wish;
            wish.set_at(&["metadata", "namespace"], namespace);
            if prefix.is_empty() {
                wish.set_at(&["metadata", "name"], name);
            } else {
                wish.set_at(&["metadata", "generateName"], prefix);
            }
            actor.create(kind, wish);
        }
        Some(old) => {
            let mut value = old.value.clone();
            for key in ["addressType", "endpoints", "ports", "subsets"] {
                match wish.get(key) {
                    Some(part) => value.set_at(&[key], part.clone()),
                    None => _ = value.remove_at(&[key]),
                }
            }
            if !value.means(&old.value) {
                actor.replace(kind, &old, value);
            }
        }
    }
}

fn pod_reference(pod: &Object) -> Value {
    Value::from([
        ("kind", "Pod"),
        ("name", pod.meta("name")),
        ("namespace", pod.meta("namespace")),
        ("uid", pod.uid()),
    ])
}

fn ports(service: &Object) -> Vec<Value> {
    let list = service.value.at(&["spec", "ports"]).and_then(Value::as_list).unwrap_or_default();
    list.iter()
        .map(|port| {
            let target = port.get("targetPort").filter(|target| target.as_i64().is_some());
            Value::from([
                ("name", port.get("name").cloned().unwrap_or_else(|| Value::from(""))),
                ("port", target.or_else(|| port.get("port")).cloned().unwrap_or_default()),
                ("protocol", port.get("protocol").cloned().unwrap_or_default()),
            ])
        })
        .collect()
}

fn slice(kind: &Kind, service: &Object, pods: &[Arc<Object>]) -> Value {
    let endpoint = |pod: &Arc<Object>| {
        let ready = condition::is_true(&pod.value, "Ready");
        let address = pod.value.at(&["status", "podIP"]).cloned().unwrap_or_default();
        Value::from([
            ("addresses", Value::from(vec![address])),
            (
                "conditions",
                Value::from([("ready", ready), ("serving", ready), ("terminating", pod.is_terminating())]),
            ),
            ("nodeName", pod.value.at(&["spec", "nodeName"]).cloned().unwrap_or_default()),
            ("targetRef", pod_reference(pod)),
        ])
    };
    let mut out = Value::from([
        ("addressType", Value::from("IPv4")),
        ("endpoints", pods.iter().map(endpoint).collect()),
        ("ports", Value::from(ports(service))),
    ]);
    out.set_at(&["metadata", "labels", "kubernetes.io/service-name"], service.meta("name"));
    out.set_at(
        &["metadata", "labels", "endpointslice.kubernetes.io/managed-by"],
        "endpointslice-controller.k8s.io",
    );
    out.set_at(&["metadata", "ownerReferences"], controlled_by(kind, service));
    out
}

fn endpoints(service: &Object, pods: &[Arc<Object>]) -> Value {
    let address = |pod: &Arc<Object>| {
        Value::from([
            ("ip", pod.value.at(&["status", "podIP"]).cloned().unwrap_or_default()),
            ("nodeName", pod.value.at(&["spec", "nodeName"]).cloned().unwrap_or_default()),
            ("targetRef", pod_reference(pod)),
        ])
    };
    let (ready, other): (Vec<_>, Vec<_>) =
        pods.iter().partition(|pod| condition::is_true(&pod.value, "Ready"));
    let mut subset = Map::new();
    for (key, pods) in [("addresses", ready), ("notReadyAddresses", other)] {
        if !pods.is_empty() {
            subset.insert(key, pods.into_iter().map(address).collect::<Value>());
        }
    }
    let mut out = Value::Map(Map::new());
    if !subset.is_empty() {
        subset.insert("ports", ports(service));
        out.set_at(&["subsets"], Value::from(vec![Value::Map(subset)]));
    }
    out.set_at(&["metadata", "labels", "endpoints.kubernetes.io/managed-by"], "endpoint-controller");
    out
}
