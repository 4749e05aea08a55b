//! Random operations on one object.

use std::fmt;

use weir_yaml::{Map, Value, to_json};

/// One request.
pub(crate) struct Operation {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) media: String,
    pub(crate) body: String,
}

impl Operation {
    fn new(method: &str, path: String, media: &str, body: String) -> Self {
        Self { method: method.to_owned(), path, media: media.to_owned(), body }
    }

    /// The operation of a line that was written by `Display`.
    pub(crate) fn read(line: &str) -> Self {
        let mut words = line.splitn(4, ' ');
        let mut next = || words.next().unwrap_or("").to_owned();
        Self { method: next(), path: next(), media: next(), body: next() }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} {}", self.method, self.path, self.media, self.body)
    }
}

/// The object that all operations of a sequence are about.
pub(crate) struct Subject {
    api_version: &'static str,
    kind: &'static str,
    collection: String,
    name: String,
}

/// A source of operations (xorshift).
pub(crate) struct Generator(u64);

impl Generator {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 >> 11
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[usize::try_from(self.below(list.len() as u64)).expect("a small number")]
    }

    pub(crate) fn subject(&mut self, namespace: &str, name: &str) -> Subject {
        let (api_version, kind, root, plural) = self.pick(&[
            ("v1", "ConfigMap", "/api/v1", "configmaps"),
            ("apps/v1", "Deployment", "/apis/apps/v1", "deployments"),
            ("v1", "Service", "/api/v1", "services"),
            ("random.example.com/v1", "Thing", "/apis/random.example.com/v1", "things"),
            ("random.example.com/v1", "Thing", "/apis/random.example.com/v1", "things"),
        ]);
        let collection = format!("{root}/namespaces/{namespace}/{plural}");
        Subject { api_version, kind, collection, name: name.to_owned() }
    }

    pub(crate) fn operation(&mut self, subject: &Subject) -> Operation {
        let object = format!("{}/{}", subject.collection, subject.name);
        let manager = self.pick(&["alice", "bob", "carol", "kubectl"]);
        let query = format!("?fieldManager={manager}");
        let plain = "application/json";
        let change = |generator: &mut Self| {
            to_json(&Value::from([("metadata", generator.metadata(None)), generator.content(subject)]))
        };
        match self.below(20) {
            0..8 => {
                let force = if self.chance(40) { "&force=true" } else { "" };
                let body = to_json(&self.object(subject));
                Operation::new(
                    "PATCH",
                    format!("{object}{query}{force}"),
                    "application/apply-patch+yaml",
                    body,
                )
            }
            8..10 => {
                let body = to_json(&self.object(subject));
                Operation::new("POST", format!("{}{query}", subject.collection), plain, body)
            }
            10..12 => {
                let body = change(self);
                Operation::new("PUT", format!("{object}{query}"), plain, body)
            }
            12..15 => {
                let strategic = subject.kind != "Thing" && self.chance(50);
                let word = if strategic { "strategic-merge" } else { "merge" };
                let body = change(self);
                Operation::new(
                    "PATCH",
                    format!("{object}{query}"),
                    &format!("application/{word}-patch+json"),
                    body,
                )
            }
            15..17 => {
                let body = self.json_patch(subject);
                Operation::new("PATCH", format!("{object}{query}"), "application/json-patch+json", body)
            }
            17 if subject.kind == "Thing" => self.status(subject, &object, &query),
            17 | 18 => Operation::new("GET", object, plain, String::new()),
            _ => Operation::new("DELETE", object, plain, String::new()),
        }
    }

    fn status(&mut self, subject: &Subject, object: &str, query: &str) -> Operation {
        let mut status = Value::Map(Map::new());
        status.set_at(&["status", "phase"], self.pick(&["x", "y"]));
        if self.chance(50) {
            status.set_at(&["status", "seen"], self.pick(&[0, 1, 2]));
        }
        if self.chance(50) {
            status.set_at(&["apiVersion"], subject.api_version);
            status.set_at(&["kind"], subject.kind);
            let path = format!("{object}/status{query}&force=true");
            return Operation::new("PATCH", path, "application/apply-patch+yaml", to_json(&status));
        }
        let path = format!("{object}/status{query}");
        Operation::new("PATCH", path, "application/merge-patch+json", to_json(&status))
    }

    fn object(&mut self, subject: &Subject) -> Value {
        Value::from([
            ("apiVersion", Value::from(subject.api_version)),
            ("kind", Value::from(subject.kind)),
            ("metadata", self.metadata(Some(subject))),
            self.content(subject),
        ])
    }

    fn metadata(&mut self, subject: Option<&Subject>) -> Value {
        let mut out = Value::Map(Map::new());
        if let Some(subject) = subject {
            out.set_at(&["name"], subject.name.as_str());
        }
        for list in ["labels", "annotations"] {
            for key in ["a", "b"] {
                if self.chance(30) {
                    out.set_at(&[list, key], self.pick(&["1", "2"]));
                }
            }
        }
        out
    }

    fn content(&mut self, subject: &Subject) -> (&'static str, Value) {
        match subject.kind {
            "ConfigMap" => ("data", self.table(&["k1", "k2", "k3"])),
            "Deployment" => ("spec", self.deployment()),
            "Service" => ("spec", self.service()),
            _ => ("spec", self.thing()),
        }
    }

    fn table(&mut self, keys: &[&str]) -> Value {
        let mut out = Map::new();
        for key in keys {
            if self.chance(50) {
                out.insert(*key, self.pick(&["1", "2", ""]));
            }
        }
        Value::Map(out)
    }

    fn deployment(&mut self) -> Value {
        let labels = Value::from([("app", "x")]);
        let mut out = Value::Map(Map::new());
        out.set_at(&["replicas"], 0);
        // The controllers of the real server leave a paused deployment alone.
        out.set_at(&["paused"], true);
        out.set_at(&["selector", "matchLabels"], labels.clone());
        out.set_at(&["template", "metadata", "labels"], labels);
        if self.chance(40) {
            out.set_at(&["minReadySeconds"], i64::try_from(self.below(2)).expect("a small number"));
        }
        if self.chance(20) {
            out.set_at(&["strategy", "type"], "Recreate");
        }
        let mut containers = Vec::new();
        for name in ["one", "two"] {
            if name == "one" || self.chance(40) {
                containers.push(self.container(name));
            }
        }
        if self.chance(30) {
            containers.reverse();
        }
        out.set_at(&["template", "spec", "containers"], containers);
        if self.chance(30) {
            let volume = Value::from([("name", Value::from("v")), ("emptyDir", Value::Map(Map::new()))]);
            out.set_at(&["template", "spec", "volumes"], Value::from(vec![volume]));
        }
        if self.chance(20) {
            out.set_at(&["template", "spec", "nodeSelector"], self.table(&["n1", "n2"]));
        }
        out
    }

    fn container(&mut self, name: &str) -> Value {
        let mut out = Value::from([
            ("name", Value::from(name)),
            ("image", Value::from(self.pick(&["i:1", "i:2", "i"]))),
        ]);
        let mut env = Vec::new();
        for variable in ["A", "B", "C"] {
            if self.chance(40) {
                env.push(Value::from([("name", variable), ("value", self.pick(&["1", "2"]))]));
            }
        }
        if self.chance(30) {
            env.reverse();
        }
        if !env.is_empty() {
            out.set_at(&["env"], env);
        }
        if self.chance(40) {
            let number = self.pick(&[80, 81]);
            let mut port = Value::from([("containerPort", number)]);
            if self.chance(30) {
                port.set_at(&["protocol"], "UDP");
            }
            out.set_at(&["ports"], Value::from(vec![port]));
        }
        if self.chance(30) {
            out.set_at(&["args"], self.pick(&["x", "y"]).split(' ').collect::<Value>());
        }
        if self.chance(30) {
            out.set_at(&["resources", "requests", "cpu"], self.pick(&["100m", "1", "1000m"]));
        }
        if self.chance(20) {
            out.set_at(&["livenessProbe", "httpGet", "port"], self.pick(&[80, 81]));
        }
        out
    }

    fn service(&mut self) -> Value {
        let mut out = Value::Map(Map::new());
        let mut ports = Vec::new();
        for (name, number) in [("a", 80), ("b", 81), ("c", 82)] {
            if name == "a" || self.chance(40) {
                let mut port = Value::from([("name", Value::from(name)), ("port", Value::from(number))]);
                if self.chance(30) {
                    port.set_at(&["targetPort"], self.pick(&[8080, 8081]));
                }
                ports.push(port);
            }
        }
        out.set_at(&["ports"], ports);
        if self.chance(50) {
            out.set_at(&["selector"], self.table(&["s1", "s2"]));
        }
        if self.chance(20) {
            out.set_at(&["sessionAffinity"], self.pick(&["None", "ClientIP"]));
        }
        out
    }

    fn thing(&mut self) -> Value {
        let mut out = Value::Map(Map::new());
        if self.chance(50) {
            out.set_at(&["text"], self.pick(&["x", "yy", "BAD", "toolongtext"]));
        }
        if self.chance(40) {
            out.set_at(&["count"], self.pick(&[0, 1, 2, -1]));
        }
        if self.chance(30) {
            out.set_at(&["choice"], self.pick(&["a", "b", "c"]));
        }
        if self.chance(30) {
            out.set_at(&["free", self.pick(&["p", "q"]), "deep"], self.pick(&[1, 2]));
        }
        if self.chance(40) {
            out.set_at(&["table"], self.table(&["t1", "t2"]));
        }
        if self.chance(30) {
            out.set_at(&["whole", self.pick(&["x", "y"])], self.pick(&[1, 2]));
        }
        if self.chance(30) {
            out.set_at(
                &["list"],
                ["l1", "l2"].iter().filter(|_| self.chance(60)).copied().collect::<Value>(),
            );
        }
        if self.chance(40) {
            let mut set: Vec<&str> = ["e1", "e2", "e3"].into_iter().filter(|_| self.chance(60)).collect();
            if self.chance(40) {
                set.reverse();
            }
            out.set_at(&["set"], set.into_iter().collect::<Value>());
        }
        if self.chance(60) {
            let mut items = Vec::new();
            for name in ["m1", "m2", "m3"] {
                if self.chance(50) {
                    let mut item = Value::from([("name", name)]);
                    if self.chance(60) {
                        item.set_at(&["value"], self.pick(&[1, 2]));
                    }
                    if self.chance(20) {
                        item.set_at(&["more", "deep"], true);
                    }
                    items.push(item);
                }
            }
            if self.chance(40) {
                items.reverse();
            }
            out.set_at(&["items"], items);
        }
        if self.chance(10) {
            out.set_at(&["unknown"], 1);
        }
        out
    }

    fn json_patch(&mut self, subject: &Subject) -> String {
        let paths: &[&str] = match subject.kind {
            "ConfigMap" => &["/data/k1", "/metadata/labels", "/data"],
            "Deployment" => {
                &["/spec/template/spec/containers/0/image", "/spec/minReadySeconds", "/metadata/labels"]
            }
            "Service" => &["/spec/selector", "/metadata/annotations", "/spec/ports/0/targetPort"],
            _ => &["/spec/text", "/spec/items/0", "/spec/table", "/metadata/labels"],
        };
        let path = self.pick(paths);
        let operation = self.pick(&["remove", "add", "replace"]);
        let mut out = Value::from([("op", operation), ("path", path)]);
        if operation != "remove" {
            let value = match path {
                "/metadata/labels" | "/metadata/annotations" | "/spec/selector" | "/data" | "/spec/table" => {
                    Value::from([("j", "1")])
                }
                "/spec/items/0" => Value::from([("name", "m9")]),
                "/spec/minReadySeconds" | "/spec/ports/0/targetPort" => Value::from(7),
                _ => Value::from("zz"),
            };
            out.set_at(&["value"], value);
        }
        to_json(&Value::from(vec![out]))
    }
}
