//go:build ignore

// Records what k8s.io/apimachinery answers to strategic merge patches: lines of {kind, object, patch} on standard input
// become lines with out or error. Lines on which the library panics are left out. Run it in a module that requires k8s.io/api and k8s.io/apimachinery v0.36.4:
//
//	python3 generate.py 400 | go run record.go > cases.jsonl
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
)

func main() {
	kinds := map[string]any{"Deployment": apps.Deployment{}, "Pod": core.Pod{}, "Service": core.Service{}}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var row map[string]json.RawMessage
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			panic(err)
		}
		var kind string
		json.Unmarshal(row["kind"], &kind)
		out, err, panics := merge(row["object"], row["patch"], kinds[kind])
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

func merge(object, patch []byte, kind any) (out []byte, err error, panics bool) {
	defer func() { panics = recover() != nil }()
	out, err = strategicpatch.StrategicMergePatch(object, patch, kind)
	return
}
