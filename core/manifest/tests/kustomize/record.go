//go:build ignore

// Records what kustomize's merge (kyaml's merge2 with new items first, as a build uses it) answers. Lines of {kind, object,
// patch} on standard input, as strategic/generate.py writes them, become lines with out (null: deleted) or error. Lines on
// which the library panics are left out. Run it in a module that requires sigs.k8s.io/kustomize/kyaml v0.21.1.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"sigs.k8s.io/kustomize/kyaml/yaml"
	"sigs.k8s.io/kustomize/kyaml/yaml/merge2"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var row map[string]json.RawMessage
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			panic(err)
		}
		var kind string
		json.Unmarshal(row["kind"], &kind)
		out, err, panics := merge(typed(kind, row["object"]), typed(kind, row["patch"]))
		if panics {
			continue
		}
		if err != nil {
			row["error"], _ = json.Marshal(err.Error())
		} else {
			row["out"] = out
		}
		text, _ := json.Marshal(row)
		fmt.Println(string(text))
	}
}

// typed adds apiVersion and kind, by which kustomize finds the schema.
func typed(kind string, text []byte) string {
	version := "v1"
	if kind == "Deployment" {
		version = "apps/v1"
	}
	object := map[string]any{}
	json.Unmarshal(text, &object)
	object["apiVersion"], object["kind"] = version, kind
	text, _ = json.Marshal(object)
	return string(text)
}

func merge(object, patch string) (out []byte, err error, panics bool) {
	defer func() { panics = recover() != nil }()
	options := yaml.MergeOptions{ListIncreaseDirection: yaml.MergeOptionsListPrepend}
	merged, err := merge2.Merge(yaml.MustParse(patch), yaml.MustParse(object), options)
	if err != nil || merged == nil {
		return []byte("null"), err, false
	}
	out, err = merged.MarshalJSON()
	return
}
