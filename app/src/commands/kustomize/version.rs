//! `weir kustomize version`: the version of kustomize whose bytes are printed, for scripts that ask.

use crate::cli::kustomize::KustomizeVersion;
use crate::exit::Failure;
use crate::output::{print, say};

const VERSION: &str = "v5.8.1";

pub(super) fn run(args: &KustomizeVersion) -> Result<(), Failure> {
    if args.short && !args.output.is_empty() {
        return Err(Failure::new("--short and --output are mutually exclusive"));
    }
    if args.short {
        say("Flag --short has been deprecated, and will be removed in the future.");
        return print(&format!("{{{VERSION}  unknown   }}\n"));
    }
    let fields = fields();
    match args.output.as_str() {
        "yaml" => print(&fields.iter().map(|(name, text)| format!("{name}: {text}\n")).collect::<String>()),
        "json" => {
            let lines: Vec<_> =
                fields.iter().map(|(name, text)| format!("  \"{name}\": \"{text}\"")).collect();
            print(&format!("{{\n{}\n}}\n", lines.join(",\n")))
        }
        "" => print(&format!("{VERSION}\n")),
        other => Err(Failure::new(format!("--output '{other}': write yaml or json"))),
    }
}

fn fields() -> [(&'static str, String); 6] {
    let architecture = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    [
        ("version", VERSION.to_string()),
        ("gitCommit", "unknown".to_string()),
        ("buildDate", "unknown".to_string()),
        ("goOs", std::env::consts::OS.to_string()),
        ("goArch", architecture.to_string()),
        ("goVersion", concat!("none (weir v", env!("CARGO_PKG_VERSION"), ")").to_string()),
    ]
}
