//! Lint where a schema leads elsewhere.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use weir_files::{MemoryFiles, RootedPath};
use weir_helm::{Lint, Linted, RemoteSchemas, World, lint};
use weir_yaml::Map;

const ELSEWHERE: &str = "https://example.com/port.json";

fn linted(remote_schemas: &RemoteSchemas) -> Linted {
    let files = [
        (
            "Chart.yaml",
            "apiVersion: v2\nname: c\nversion: 1.0.0\nicon: https://example.com/c.png\n".to_string(),
        ),
        ("values.yaml", "port: 80\n".to_string()),
        ("values.schema.json", format!(r#"{{"properties": {{"port": {{"$ref": "{ELSEWHERE}"}}}}}}"#)),
        ("templates/a.yaml", "kind: A\nmetadata: {name: a}\n".to_string()),
    ];
    let tree: MemoryFiles = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    let what = Lint {
        tree: &tree.tree(),
        directory: &RootedPath::root(),
        shown: "c",
        values: &Map::new(),
        namespace: "default",
        kube_version: None,
        skip_schema_validation: false,
        remote_schemas,
        world: &World::default(),
    };
    lint(&what).unwrap()
}

#[test]
fn schemas_elsewhere_are_asked_for_and_then_hold() {
    assert_eq!(linted(&RemoteSchemas::new()).schemas, [ELSEWHERE]);
    let with = |schema: Result<&str, &str>| {
        let schema = schema.map(|text| text.as_bytes().to_vec()).map_err(str::to_string);
        let linted = linted(&RemoteSchemas::from([(ELSEWHERE.to_string(), schema)]));
        assert!(linted.schemas.is_empty());
        linted.messages.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(with(Ok(r#"{"type": "integer"}"#)), "");
    assert!(with(Ok(r#"{"type": "string"}"#)).contains("at '/port': got number, want string"));
    assert!(with(Err("no way there")).contains("no way there"));
}
